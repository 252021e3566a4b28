"""Reversing entries of the journal.

Start with `reversal`.
"""
