"""Exchange rates: how a quote is parsed, which quote is in force on a day, and exact conversion.

A rate is kept as quoted and applied by exact multiplication or division. It imports only
`ledger.core`; start with `rates`.
"""
