"""Streams of raw rows for the named checks, read as they stand and trusted in nothing.

Start with `journal`.
"""
