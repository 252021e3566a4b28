"""Leaves of the Merkle tree, read from rows of each kind in the order of requests, and seals.

Start with `leaves`.
"""
