"""Priority queues: the policy, the ledger and the fast lane."""
