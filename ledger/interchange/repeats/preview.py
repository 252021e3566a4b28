"""What an import would change, keep and miss, record by record: the preview as values."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.interchange.problems import Place


class Change(NamedTuple):
    """A column of a record before and after; None is empty, or a quantity that is unknown.

    `others` holds what other sources said of it last, by source, where that is not what it
    becomes. The name of a column is that of the table; for an act of a deal it is the word of the
    act.
    """

    table: str
    record: str
    column: str
    before: str | None
    after: str | None
    place: Place
    others: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Give the line that a terminal shows."""
        none = "unknown" if self.column == "quantity" else "none"
        others = "".join(f"; {source} says {text}" for source, text in self.others)
        return f"{self.record}: {self.column} {self.before or none} → {self.after or none}{others}"

    def document(self) -> dict[str, Any]:
        """Give it as a part of a JSON document."""
        return {
            **dict(zip(self._fields[:5], self[:5], strict=True)),
            **self.place.document(),
            **({"said": dict(self.others)} if self.others else {}),
        }


class Retained(NamedTuple):
    """A value of the ledger that stays: the source says nothing new of it, or what cannot be so.

    `why` says which, after what the file states.
    """

    table: str
    record: str
    column: str
    held: str
    stated: str
    place: Place
    why: str = "as before"

    def __str__(self) -> str:
        """Give the line that a terminal shows."""
        text = f"{self.record}: {self.column} stays {self.held}"
        return f"{text}; the file says {self.stated} {self.why}"

    def document(self) -> dict[str, Any]:
        """Give it as a part of a JSON document."""
        return {**dict(zip(self._fields[:5], self[:5], strict=True)), **self.place.document()}


class LeftOutRow(NamedTuple):
    """A row of a file that an import left out, or took in part, why, and of which records it is.

    `records` are named as table/code.
    """

    file: str
    line: int
    reason: str
    records: tuple[str, ...] = ()


class Gone(NamedTuple):
    """A record or act that the source stated before, and that its file no longer has.

    `what` says which act of a deal; `place` is where it stood last.
    """

    table: str
    record: str
    what: str | None
    place: Place

    def __str__(self) -> str:
        """Give the line that a terminal shows."""
        act = f" {self.what}" if self.what else ""
        return f"{self.table} {self.record}{act} ({self.place.file}:{self.place.line})"

    def document(self) -> dict[str, Any]:
        """Give it as a part of a JSON document."""
        row = {"table": self.table, "record": self.record, "what": self.what}
        return {**row, **self.place.document()}
