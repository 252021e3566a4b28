"""The demonstration: the founding story played on a ledger of its own.

Start with `walk`.
"""
