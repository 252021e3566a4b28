"""The founding story as a walk through the program, on a throw-away ledger."""
