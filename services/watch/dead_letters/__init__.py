"""Dead letters: which lie there, which may go back, which have, and how they go."""
