"""Setting up, copying, backing up and restoring a ledger.

Start with `set_up`.
"""
