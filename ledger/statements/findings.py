"""The lifecycle of findings: opened, reopened, and resolved by officers or automatically."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.core.numbers import normalise_digits
from ledger.statements.differences import FindingKind

_CODE: Final = re.compile(r"(?:F-)?([0-9]{1,9})", re.IGNORECASE)


def finding_code(identity: int) -> str:
    """Return the code of a finding: F-0042."""
    return f"F-{identity:04d}"


def finding_number(code: str) -> int | None:
    """Return the number of a finding's code, in any case; None if it is not a code."""
    result = _CODE.fullmatch(normalise_digits(code))
    return None if result is None else int(result[1])


class FindingEvent(StrEnum):
    """An event of a finding. The last one determines its status."""

    OPENED = "opened"
    RESOLVED = "settled"
    REOPENED = "reopened"
    AUTO_RESOLVED = "healed"

    @property
    def word(self) -> str:
        """Return the word that people read; the stored values of two events are older words."""
        words = {FindingEvent.RESOLVED: "resolved", FindingEvent.AUTO_RESOLVED: "auto-resolved"}
        return words.get(self, self.value)

    @property
    def leaves_open(self) -> bool:
        """Return whether the finding is open after the event."""
        return self in {FindingEvent.OPENED, FindingEvent.REOPENED}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTerms:
    """What a finding says: its subject, figures, command, and the records it concerns."""

    kind: FindingKind
    subject: str
    sentence: str
    ours: str | None = None
    theirs: str | None = None
    difference: str | None = None
    command: str | None = None
    provider: str | None = None
    statement: str | None = None
    line: str | None = None
    deal: str | None = None
    entry: int | None = None
    office: str | None = None
    file_name: str | None = None
    content_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(FindingTerms):
    """A finding to be stored. `identity` makes it the same finding on a later night."""

    identity: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return a digest of the kind and the identity."""
        words = json.dumps([self.kind, *self.identity], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FindingState:
    """The state of a stored finding: its number, its kind and its last event."""

    id: int
    kind: FindingKind
    last: FindingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChanges:
    """The changes of one night: findings that are new, found again, or no longer found."""

    opened: tuple[FindingRecord, ...] = ()
    reopened: tuple[int, ...] = ()
    auto_resolved: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is any change."""
        return bool(self.opened or self.reopened or self.auto_resolved)


def compare_findings(
    stored: Mapping[str, FindingState],
    result: Iterable[FindingRecord],
    compared_kinds: Collection[FindingKind],
) -> FindingChanges:
    """Compare the findings of a night with the stored ones, by their keys.

    A finding is auto-resolved if its kind was compared and it is no longer found. A finding that an
    officer resolved stays resolved while its numbers are unchanged: other numbers make another
    finding.
    """
    current = {one.key: one for one in result}
    auto_resolved = [
        state.id
        for key, state in stored.items()
        if key not in current and state.last.leaves_open and state.kind in compared_kinds
    ]
    again = [
        stored[key].id
        for key in current
        if key in stored and stored[key].last is FindingEvent.AUTO_RESOLVED
    ]
    return FindingChanges(
        opened=tuple(one for key, one in current.items() if key not in stored),
        reopened=tuple(sorted(again)),
        auto_resolved=tuple(sorted(auto_resolved)),
    )
