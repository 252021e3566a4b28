"""An open ledger: reading by snapshot, writing by unit of work, numbering and request keys.

Every write goes through `execute`, which makes it idempotent. Start with `ledger`, then
`unit_of_work`.
"""
