"""The only place with SQL: tables, transactions, row mapping and queries."""
