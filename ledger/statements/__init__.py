"""Providers' statements: how their lines are matched with the deals of the ledger.

A series of matching passes pairs statement lines with entries; each difference becomes a finding
with three numbers. Everything is pure; start with `passes`.
"""
