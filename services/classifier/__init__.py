"""What does the customer ask for? Scope, product area, security, and how sure we are."""

import os

# Before numpy is loaded: the products of one batch are small, and on a busy machine threads that
# wait for each other cost five times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
