"""Large pipelines: a plan within a proven distance of the best, by relaxation and repair."""

from ledger.solving.large.road import solve_large

__all__ = ["solve_large"]
