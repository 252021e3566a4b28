"""The solver: linear and mixed-integer programs for matching, over HiGHS.

It may use floating point; every plan that leaves the package has been repaired to exact integers.
Only use-cases import it. Start with `solve`, which chooses the algorithm by size: `exact` for
small problems, `heuristic` for larger ones.
"""
