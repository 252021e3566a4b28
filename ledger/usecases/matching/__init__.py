"""Proposals: computing, storing, accepting, explaining, what-if and the worth of gaps.

Start with `propose`.
"""
