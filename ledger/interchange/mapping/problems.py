"""What can become of a cell or a row of a foreign file, apart from being read."""

from __future__ import annotations


class BadCell(Exception):
    """A cell holds something that the rule cannot read."""

    def __init__(
        self, column: str | None, code: str, what: str, hint: str = "", cell: str = ""
    ) -> None:
        """Say what is wrong at which column, and in which cell of a sheet."""
        super().__init__(what)
        self.column, self.code, self.what, self.hint = column, code, what, hint
        self.cell = cell

    @property
    def place(self) -> str | None:
        """Give the column with the cell, where it is known."""
        return f"{self.column} {self.cell}" if self.cell else self.column


class LeftOut(Exception):
    """A row is no record, for a reason that shows while it is read."""

    def __init__(self, reason: str) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


class NotNew(Exception):
    """An output would give a record that the ledger has already."""
