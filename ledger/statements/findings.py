"""What becomes of the findings that are kept, by what a night finds: opened, reopened, healed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.statements.describe import Told
from ledger.statements.lines import Kind

_CODE: Final = re.compile(r"(?:F-)?([0-9]{1,9})", re.IGNORECASE)


def finding_code(identity: int) -> str:
    """Give the code that a finding goes by: F-0042."""
    return f"F-{identity:04d}"


def finding_number(code: str) -> int | None:
    """Give the number in a finding's code, in any capitals; None where it is none."""
    found = _CODE.fullmatch(code)
    return None if found is None else int(found[1])


class Event(StrEnum):
    """What happened to a finding. The last one says how it stands."""

    OPENED = "opened"
    SETTLED = "settled"
    REOPENED = "reopened"
    HEALED = "healed"

    @property
    def leaves_open(self) -> bool:
        """Say whether there is something to look at after it."""
        return self in {Event.OPENED, Event.REOPENED}


@dataclass(frozen=True, slots=True)
class FindingState:
    """How a kept finding stands: its number, its kind and its last event."""

    id: int
    kind: Kind
    last: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a night changes: findings that are new, found again, or gone by themselves."""

    opened: tuple[Told, ...] = ()
    reopened: tuple[int, ...] = ()
    healed: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any change."""
        return bool(self.opened or self.reopened or self.healed)


def changes(
    kept: Mapping[str, FindingState], found: Iterable[Told], looked_for: Collection[Kind]
) -> Changes:
    """Compare what a night found with the findings that are kept, by their keys.

    A finding heals where its kind was looked for and it is no longer there. What an officer
    settled stays settled as long as its numbers are the same: others make another finding.
    """
    tonight = {one.key: one for one in found}
    healed = [
        state.id
        for key, state in kept.items()
        if key not in tonight and state.last.leaves_open and state.kind in looked_for
    ]
    again = [kept[key].id for key in tonight if key in kept and kept[key].last is Event.HEALED]
    return Changes(
        opened=tuple(one for key, one in tonight.items() if key not in kept),
        reopened=tuple(sorted(again)),
        healed=tuple(sorted(healed)),
    )
