"""Exchange rates: parsing a quote, the quote in force on a day, and exact conversion.

A rate is stored as quoted and applied by exact multiplication or division. The package
imports `ledger.core`, `ledger.deals` and `ledger.reference`; start with `rates`.
"""
