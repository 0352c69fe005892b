"""How does the pipeline behave at its limits? A question a file, each with a report of its own."""
