"""Eligibility: which offers may serve which needs, and why not.

`rules` holds one small pure rule per term of a mandate and applies all of them to one pair,
and `index` with `bitsets` answers the same question for a whole register at once; both are tested
to agree. Matching, gaps and use-cases may import it. Start with `rules`.
"""
