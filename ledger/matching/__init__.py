"""Matching: the problem built from needs and offers, the quick plan, proposals and explanations.

Everything is pure and exact in integers; the solver package is called by the use-cases and returns
plans of this package. Start with `problem` and `plan`.
"""
