"""Clients to copy from."""
