"""The journal of movements: entries, allowed moves, account balances and receipts.

Everything is pure: `moves` turns an act into the postings of one entry, and `balance` adds
postings up to the stages of a need, an offer or a deal. It may be imported by every layer above;
start with `entries`.
"""
