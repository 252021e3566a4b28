"""Meetings: recording who attended them, the rules of their registers, and engagement.

Only the command line imports it. Start with `attend`, then `engagement`.
"""
