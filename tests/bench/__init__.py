"""How fast is the pipeline, measured beside peers that do the same? `make bench`."""
