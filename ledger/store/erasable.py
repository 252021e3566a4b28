"""The columns whose texts can be erased, each with the leaf and the field that it is named by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sqlalchemy import Table

from ledger.evidence.canonical import ENTRY_NOTES
from ledger.evidence.disclosures import COMMON_FIELDS, PROVENANCE_FIELDS
from ledger.evidence.tree_head import ENTRY_KIND, PROPOSAL_KIND, REQUEST_KIND
from ledger.store.db import tables
from ledger.store.registers import LEAF_PLACES, STORED_REGISTERS


class ErasableTable(NamedTuple):
    """A table with texts of leaves of one kind.

    `record` and `version` are the columns that name the leaf, `request` the one that names the
    request it was written under; a leaf without records or versions has zero there. `texts` are
    columns with the fields that their disclosures have.
    """

    table: Table
    kind: str
    record: str | None
    version: str | None
    request: str
    texts: tuple[tuple[str, str], ...]

    @property
    def place(self) -> int:
        """Return the number that stands for the kind of leaf."""
        return LEAF_PLACES[self.kind]

    @property
    def common(self) -> tuple[tuple[str, str], ...]:
        """Return the columns that may repeat what the request gives to several leaves."""
        if self.kind == REQUEST_KIND:
            return ()
        return tuple(pair for pair in self.texts if pair[1] in COMMON_FIELDS)


@cache
def erasable_tables() -> tuple[ErasableTable, ...]:
    """Give every table with texts that can be erased."""
    return tuple(_tables())


def _tables() -> Iterator[ErasableTable]:
    said = tuple((name, name) for name in (*PROVENANCE_FIELDS, "input"))
    yield ErasableTable(tables.request, REQUEST_KIND, "id", None, "id", said)
    received = (("body", "receipt"),)
    yield ErasableTable(tables.receipt, REQUEST_KIND, "request_id", None, "request_id", received)
    notes = tuple((name, name) for name in ENTRY_NOTES)
    yield ErasableTable(tables.entry, ENTRY_KIND, "id", None, "request_id", notes)
    reason = (("reason", "reason"),)
    yield ErasableTable(tables.setting_version, "setting", None, None, "request_id", reason)
    yield ErasableTable(tables.rate, "rate", "id", None, "request_id", (("source", "source"),))
    yield ErasableTable(tables.proposal, PROPOSAL_KIND, "id", None, "request_id", reason)
    for kind, register in STORED_REGISTERS.items():
        texts = (*reason, *((column, field) for field, column in register.free_texts))
        owner = register.owner
        yield ErasableTable(register.versions, kind, owner, "version", "request_id", texts)
