"""The `triage` command: a file per subcommand."""
