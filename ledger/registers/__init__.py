"""The records that officers keep: cities, providers, projects, needs, offers and offices.

The package holds the table of registers, from which commands, files, history, completion and
the database's tables are made, and frozen records without behaviour. It imports only
`ledger.core`; every layer above may import it. Start with `table`; `spec` says what a
specification holds, `records` has the classes of the records.
"""
