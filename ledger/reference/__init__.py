"""Reference tables: units, places, sectors, statuses, instruments and the fund's offices.

The tables are CSV files in `data/`; SOURCES.md names their sources. Each is read once, on first
use. Start with `places` and `terms`.
"""
