"""Values and rules that every other package builds on.

It holds errors, factors, quantities, texts, dates and requests. Everything here is pure and
imports only the standard library, so any package may import it. Start with `errors` (the error
tree and the exit codes), then `quantity` (exact amounts in a unit) and `requests` (what identifies
a write).
"""
