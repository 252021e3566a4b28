"""Approaches as officers record them, and what is suggested and reported of them.

Start with `requests`.
"""
