"""Formats of rows and documents: text tables, CSV, JSON, Markdown, pages, workbooks and Parquet.

The package knows no table of the ledger; commands hand it rows of cells. Start with `table`.
"""
