"""The solver: linear and mixed-integer programs for matching, over HiGHS.

Floating point is allowed here only; every plan that leaves the package has been repaired to exact
integers and keeps every rule. Only use-cases import the package.

Start reading with `solve`, which makes the quick plan (`greedy`) from which all searches start, and
chooses the algorithm by the size of the problem: `exact` states the program of a small problem
(`formulation`) and proves its optimum; `heuristic` relaxes a larger one (`relaxation`, or `pricing`
where it is too large for a linear program), dives (`diving`), constructs a plan in whole numbers
(`construct`), improves it (`lns`) and allocates the rest (`coverage`).
`assignment` holds a plan while it changes, `arcs` the problem as arrays, `bounds` what the prices
prove, `highs` the interface to HiGHS.
"""
