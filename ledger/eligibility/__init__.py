"""Eligibility: the offers that may serve a need, and the rules that others fail.

`rules` holds one small pure rule per term of a mandate and applies all of them to one pair,
and `index` with `bitsets` answers the same question for a whole register at once; tests hold both
to the same answers. Matching, gaps and use cases may import it. Start with `rules`.
"""
