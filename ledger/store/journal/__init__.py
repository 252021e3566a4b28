"""The rows of the journal: entries, movements, account balances.

Imported by the session and by the packages above it; start with `entries`.
"""
