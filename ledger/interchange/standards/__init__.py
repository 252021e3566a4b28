"""Exports in the formats of other people's standards: IATI, OC4IDS, 360Giving and FTS.

Each module writes one of them from a `Publication`, the projects with what is given to them, which
the use case `ledger.usecases.interchange.publish` reads. What a standard cannot express is counted.
"""
