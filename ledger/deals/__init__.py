"""A deal: one offer's part in one need, at one rate and by one instrument.

The package imports only `ledger.core`; the acts on a deal are in `ledger.journal.moves`. Start
with `deal`.
"""
