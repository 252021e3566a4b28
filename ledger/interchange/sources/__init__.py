"""Sources of foreign files: the bytes of a table, a workbook, JSON or XML turned into records.

An import rule reads records and never asks what file they came from; nothing here knows of rules.
Start reading at `opening.open_source`, which finds out what a file is; each format has a module.
"""

from __future__ import annotations

from ledger.interchange.sources.cleaning import Cell
from ledger.interchange.sources.opening import open_source
from ledger.interchange.sources.records import Reading, Source, SourceRow

__all__ = ["Cell", "Reading", "Source", "SourceRow", "open_source"]
