"""Streams of raw rows for the named checks, read unconverted and without assumptions.

Start with `journal`.
"""
