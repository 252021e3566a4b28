"""Acts on deals: introduce, commit, deliver, release, return, and changes of their terms.

Start with `workflow`.
"""
