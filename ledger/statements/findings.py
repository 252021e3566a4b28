"""What becomes of the findings that are kept, by what a night finds: opened, reopened, healed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.statements.describe import FindingRecord
from ledger.statements.lines import FindingKind

_CODE: Final = re.compile(r"(?:F-)?([0-9]{1,9})", re.IGNORECASE)


def finding_code(identity: int) -> str:
    """Give the code that a finding goes by: F-0042."""
    return f"F-{identity:04d}"


def finding_number(code: str) -> int | None:
    """Give the number in a finding's code, in any capitals; None where it is none."""
    result = _CODE.fullmatch(code)
    return None if result is None else int(result[1])


class FindingEvent(StrEnum):
    """What happened to a finding. The last one says how it stands."""

    OPENED = "opened"
    RESOLVED = "settled"
    REOPENED = "reopened"
    AUTO_RESOLVED = "healed"

    @property
    def word(self) -> str:
        """Return what people read; the stored values of two events are older words."""
        words = {FindingEvent.RESOLVED: "resolved", FindingEvent.AUTO_RESOLVED: "auto-resolved"}
        return words.get(self, self.value)

    @property
    def leaves_open(self) -> bool:
        """Say whether there is something to look at after it."""
        return self in {FindingEvent.OPENED, FindingEvent.REOPENED}


@dataclass(frozen=True, slots=True)
class FindingState:
    """How a kept finding stands: its number, its kind and its last event."""

    id: int
    kind: FindingKind
    last: FindingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChanges:
    """What a night changes: findings that are new, found again, or gone by themselves."""

    opened: tuple[FindingRecord, ...] = ()
    reopened: tuple[int, ...] = ()
    auto_resolved: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any change."""
        return bool(self.opened or self.reopened or self.auto_resolved)


def compare_findings(
    stored: Mapping[str, FindingState],
    result: Iterable[FindingRecord],
    compared_kinds: Collection[FindingKind],
) -> FindingChanges:
    """Compare what a night found with the findings that are kept, by their keys.

    A finding heals where its kind was looked for and it is no longer there. What an officer
    settled stays settled as long as its numbers are the same: others make another finding.
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
