"""What the pipeline is measured beside: the same work as others would write it."""
