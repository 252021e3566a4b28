"""The gap report: one row per need, filters, groups with totals, and the trend.

Everything is pure: rows come in as values and go out as values. Use-cases and reports may import
it; start with `rows`.
"""
