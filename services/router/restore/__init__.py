"""How does a restored ledger come back, from what stands on the topics?"""
