"""The journal of movements: entries, allowed moves, account balances and receipts.

Everything is pure: `moves` turns an act into the movements of one entry, and `balance` derives
figures from the stages of a need, an offer or a deal. Every layer above may import it; start with
`entries`.
"""
