"""Solving a matching problem by HiGHS; the only place that knows of floats and of the solver."""
