"""Providers' statements against the ledger: what agrees, what differs, and what would settle it."""
