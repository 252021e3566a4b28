"""The rows of nightly runs and their steps, the lock of the night, and what is due to lapse.

Start with `runs`.
"""
