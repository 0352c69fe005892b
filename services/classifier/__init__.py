"""What does the customer ask for? Scope, product area, security, and how sure we are."""
