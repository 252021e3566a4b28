"""Matching: the problem of needs and offers, plans, proposals and explanations.

Everything is pure and exact in integers. The use-cases call the solver package, which returns plans
of this package. Start reading with `problem` and `plan`.
"""
