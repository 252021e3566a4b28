"""Partnerships of two cities: their records, their status on a day, and what came of them.

Everything is pure: a partnership is judged by dated events, which the store gathers along the
chains of origins. Use cases and reports may import it; start with `status`.
"""
