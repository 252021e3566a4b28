"""Evidence: canonical bytes of entries and versions, and the Merkle tree over them (RFC 9162).

Everything is pure; reading the leaves from the database is in `ledger.store.evidence`. Start with
`canonical`, then `merkle` and `proofs`.
"""
