"""Storage: all SQL of the product, for SQLite and PostgreSQL.

`db` holds engines and tables, `journal` and the modules beside it read and write one subject each,
`session` joins them to a ledger with its unit of work, and `admin`, `nights`, `statements`,
`evidence` and `checks` build on the session. Only use-cases and commands that open a ledger import
it. Start with `session.ledger`.
"""
