"""Evidence with a fault put in by hand, for the checker to find; a file per subject."""
