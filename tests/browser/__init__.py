"""The live page in a real Chromium, on real topics."""
