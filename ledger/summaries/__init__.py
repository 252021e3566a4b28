"""Sums of a ledger for its readers: by factor and sector, and one row per offer, provider and city.

Pure: rows of gaps, offers and deals go in, rows of a report come out. Amounts are added up by unit
only, and money in the base currency too where a rate is known; what could not be counted is
counted. Start with `amounts`.
"""
