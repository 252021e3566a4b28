"""Formats of rows and documents: plain text tables, CSV, JSON and Markdown.

The package knows no table of the ledger; commands hand it rows of cells. Start with `table`.
"""
