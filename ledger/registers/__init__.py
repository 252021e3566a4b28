"""The records that officers keep: cities, providers, projects, needs, offers and offices.

The package holds frozen records without behaviour and imports only `ledger.core`; every layer
above may import it. Start with `records`.
"""
