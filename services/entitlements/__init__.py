"""Entitlements: what is the customer owed, as of the moment the ticket was sent?"""
