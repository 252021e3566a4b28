"""Reading providers' statements, comparing them with the ledger, and resolving findings.

Start with `compare`.
"""
