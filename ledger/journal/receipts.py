"""The receipt of a write: what was recorded, and the new balance of both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from ledger.core.factors import STAGES_OF, Side
from ledger.core.quantity import Unit, format_amount, format_known
from ledger.journal.balance import Balance
from ledger.journal.entries import Act, Draft

RECEIPT_SCHEMA = "cityfund.receipt/1"


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """One version added to a register: the register, the code and the number (1 if new)."""

    kind: str
    code: str
    version: int


class RegisterChanges(Sequence[RegisterChange]):
    """The versions that a write added, counted by register as they come.

    An import adds very many, and each of its acts asks whether some register changed. They are
    kept part by part, which takes half the memory of one value each.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.counts: Counter[str] = Counter()
        self._kinds: list[str] = []
        self._codes: list[str] = []
        self._versions: list[int] = []

    def add(self, kind: str, code: str, version: int) -> None:
        """Add a version of a record, and count it."""
        self.counts[kind] += 1
        self._kinds.append(kind)
        self._codes.append(code)
        self._versions.append(version)

    def codes_of(self, kind: str, *, first: bool = True) -> Iterator[str]:
        """Give the codes of the versions of a register, or only of those after the first."""
        if not self.counts[kind]:
            return
        least = 1 if first else 2
        for one, code, version in zip(self._kinds, self._codes, self._versions, strict=True):
            if one == kind and version >= least:
                yield code

    def __len__(self) -> int:
        """Count the versions."""
        return len(self._codes)

    @overload
    def __getitem__(self, at: int) -> RegisterChange: ...

    @overload
    def __getitem__(self, at: slice) -> list[RegisterChange]: ...

    def __getitem__(self, at: int | slice) -> RegisterChange | list[RegisterChange]:
        """Give one version, or some of them."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return RegisterChange(self._kinds[at], self._codes[at], self._versions[at])

    def __iter__(self) -> Iterator[RegisterChange]:
        """Give every version, in the order in which they were added."""
        return map(RegisterChange, self._kinds, self._codes, self._versions)


class Note(NamedTuple):
    """What the officer should know of a write: a code for scripts and a sentence for people."""

    code: str
    text: str

    @property
    def is_question(self) -> bool:
        """Say whether a person is asked about it before anything is written."""
        return self.code in _QUESTIONS


NEAR_DUPLICATE = "near-duplicate"
REPEATED_ACT = "repeated-act"
BARS_DEALS = "bars-deals"
_QUESTIONS = frozenset({NEAR_DUPLICATE, REPEATED_ACT, BARS_DEALS})

OLD_NOTE = "note"
"""The code of a note that an earlier version stored as a text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of one write. `entries` are journal numbers in order; `entry` is the last of them.

    `lines` are the lines of a `proposal` that were introduced, `left_out` those that no longer fit.
    `recorded` holds the terms of a new record or act, `changes` each changed term before and after.
    `since_baseline` is what changed from the baseline of a proposal that was stored, `floors` how
    far it meets those of quantities and numbers, `likelihoods` how often introductions like its
    lines were taken up, `reserves` the second-best offer of each line.
    `undone` says what an undone request had recorded, line by line, and what became of it.
    `rows_written` counts the rows of a night by table, since they have no codes. `source` holds
    what an import keeps of its source, also where it changes no record.
    """

    entries: tuple[int, ...] = ()
    deal: str | None = None
    need: Balance | None = None
    offer: Balance | None = None
    registers: tuple[RegisterChange, ...] = ()
    notes: tuple[Note, ...] = ()
    recorded: dict[str, Any] | None = None
    changes: dict[str, list[Any]] | None = None
    counts: dict[str, Any] | None = None
    rows_written: dict[str, int] | None = None
    proposal: str | None = None
    since_baseline: dict[str, Any] | None = None
    floors: dict[str, Any] | None = None
    likelihoods: list[list[int] | None] | None = None
    reserves: list[list[Any] | None] | None = None
    lines: tuple[dict[str, Any], ...] | None = None
    left_out: tuple[dict[str, Any], ...] = ()
    seal: dict[str, Any] | None = None
    undone: dict[str, Any] | None = None
    source: dict[str, Any] | None = None

    def as_document(self) -> dict[str, Any]:
        """Return the receipt as the JSON document that is stored and shown."""
        document: dict[str, Any] = {
            "schema": RECEIPT_SCHEMA,
            "entry": self.entries[-1] if self.entries else None,
            "replayed": False,
            "deal": self.deal,
            "need": balance_document(self.need),
            "offer": balance_document(self.offer),
            "entries": list(self.entries),
            "registers": [
                {"kind": change.kind, "code": change.code, "version": change.version}
                for change in self.registers
            ],
            "notes": [note._asdict() for note in self.notes],
        }
        if self.recorded is not None:
            document["recorded"] = self.recorded
        if self.changes:
            document["changes"] = self.changes
        if self.counts is not None:
            document["counts"] = self.counts
        if self.rows_written:
            document["laid_down"] = self.rows_written
        if self.proposal is not None:
            document["proposal"] = self.proposal
        if self.lines is not None:
            document["lines"] = list(self.lines)
            document["left_out"] = list(self.left_out)
        for key in (
            "since_baseline",
            "floors",
            "likelihoods",
            "reserves",
            "seal",
            "undone",
            "source",
        ):
            value = getattr(self, key)
            if value is not None:
                document[key] = value
        return document


def replayed(stored: dict[str, Any]) -> dict[str, Any]:
    """Return a stored receipt as a replay of it; notes stored as texts get a code."""
    notes = [
        Note(OLD_NOTE, one)._asdict() if isinstance(one, str) else one
        for one in stored.get("notes") or ()
    ]
    return {**stored, "notes": notes, "replayed": True}


def act_terms(units: Mapping[str, Unit], draft: Draft) -> dict[str, Any]:
    """Return what was recorded of an act: its quantity, day, reference and reasons.

    The quantity is the need's where both sides move, and the total where the act states one: None
    for an unknown total.
    """
    sides = {one.side: one for one in reversed(draft.movements)}
    moved = sides.get(Side.NEED, draft.movements[0])
    unit, amount = units[moved.unit], moved.amount
    states_total = draft.total is not None and draft.act in (Act.DECLARE, Act.REVISE)
    terms = {
        "act": draft.act.value,
        "quantity": format_known((draft.total or None) if states_total else amount, unit.decimals),
        "unit": unit.code,
        "effective_on": draft.details.effective_on.isoformat(),
        **{name: getattr(draft.details, name) for name in ("reference", "reason", "override")},
        "reverses": draft.reverses,
    }
    return {name: value for name, value in terms.items() if value or name == "quantity"}


def balance_document(balance: Balance | None) -> dict[str, str] | None:
    """Return a side's stages as exact strings in its unit, with the keys of the receipt."""
    if balance is None:
        return None
    decimals = balance.unit.decimals
    document = {"code": balance.code, "unit": balance.unit.code}
    for stage in STAGES_OF[balance.side]:
        document[stage.value] = format_amount(balance.stages.get(stage, 0), decimals)
    return document
