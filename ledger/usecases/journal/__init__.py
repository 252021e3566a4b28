"""Posting entries and reversing them.

Start with `posting`.
"""
