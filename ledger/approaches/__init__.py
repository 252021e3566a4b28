"""Approaches: where one stands on a day, what may not be asked, and what came of many.

Rules only, on records and journal facts that are given to them; the use cases ask them, and the
pipeline report counts by them. Start with `states`.
"""
