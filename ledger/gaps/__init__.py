"""The gap report: one row per need, filters, groups with totals, and the trend.

Everything is pure: rows are values. Use cases and reports may import it; start with `rows`.
"""
