"""The effect of a request as it is approved: its entries, days, quantities, versions and rows.

An approval names the SHA-256 of the key, the command and the effect, so that it covers exactly
what was planned when it was asked for. A record that the request itself adds is named by its place
among those, since the next free code may be another one by the time the request is repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from ledger.journal.entries import Draft
from ledger.journal.receipts import RegisterChange

FORMAT: Final = "cityfund.effect/1"


class EffectDigest:
    """The effect of one request as it is added up, without keeping it."""

    def __init__(self, command: str, changes: Iterable[RegisterChange]) -> None:
        """Begin with the command, and what the request adds to registers."""
        every = list(changes)
        new = [change for change in every if change.version == 1]
        self._places = {(one.kind, one.code): f"new {place}" for place, one in enumerate(new)}
        self._digest = sha256()
        self._add([FORMAT, command])

    def _add(self, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        self._digest.update(text.encode() + b"\n")

    def _code(self, kind: str, code: str | None) -> str | None:
        return None if code is None else self._places.get((kind, code), code)

    def add_draft(self, draft: Draft) -> None:
        """Add an entry."""
        details = draft.details
        movements = [
            [
                one.side.value,
                self._code(one.side.value, one.account),
                one.unit,
                one.from_stage.value,
                one.to_stage.value,
                one.amount,
            ]
            for one in draft.movements
        ]
        terms = [draft.act.value, self._code("deal", draft.deal), details.effective_on.isoformat()]
        texts = [details.reference, details.override, details.reason]
        proposed = None if details.proposed is None else list(details.proposed)
        self._add(["entry", *terms, movements, *texts, draft.reverses, draft.total, proposed])

    def add_change(self, change: RegisterChange, terms: Mapping[str, Any] | None) -> None:
        """Add a version of a record with its terms, where they are known."""
        code = self._code(change.kind, change.code)
        named = {name: value for name, value in (terms or {}).items() if name != "code"}
        self._add(["version", change.kind, code, change.version, named])

    def add_rows(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows of a table that is no register."""
        for row in rows:
            self._add(["row", table, row])

    def add_basis(self, side: str, code: str, version: int) -> None:
        """Add the version of what an entry rests on."""
        self._add(["basis", side, self._code(side, code), version])

    def hex(self) -> str:
        """Give the digest in hexadecimal."""
        return self._digest.hexdigest()


def bound_to(key: str, effect: str) -> str:
    """Return the digest of an effect together with the key that it is to be recorded under."""
    return sha256(json.dumps([key, effect], ensure_ascii=False).encode()).hexdigest()
