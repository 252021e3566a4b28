"""The night: what the ledger does by itself, step by step, for officers to find in the morning."""
