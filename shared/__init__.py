"""What every service stands on: contracts, topics, the stage engine, the process frame."""
