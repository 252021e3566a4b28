"""Engines, tables, types and statements of one database.

Nothing here knows a use-case; the rest of the store builds on it. Start with `tables` and
`engine`.
"""
