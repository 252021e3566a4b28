"""The nightly run and its steps.

A step is a function from `Night` to `StepResult` (see `ledger.usecases.night_step`) and is safe to
repeat. Start with `run`.
"""
