"""The promises, a function each; a file per subject."""
