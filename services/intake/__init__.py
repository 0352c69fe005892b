"""Takes tickets in: who sends, is it a ticket, what must be removed, is it a security report?"""
