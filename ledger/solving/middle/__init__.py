"""The road of middle pipelines: a plan by rounding, blocks of it solved again exactly."""

from ledger.solving.middle.road import begin, solve_middle

__all__ = ["begin", "solve_middle"]
