"""How is the model made, and how good is it? Nothing here runs in the pipeline."""
