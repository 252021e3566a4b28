"""The contract of the steps of a night: their input `Night` and their result `StepResult`.

A step is a function of a `Night`. It is safe to repeat: after a killed run the next one executes
every step again. A step therefore writes through `execute` with a request of `night.request`,
whose key names the night and the subject; in a dry run that request is rolled back. A step that
has nothing to write begins no write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ledger.core.dates import MOST_UNASKED
from ledger.core.requests import Request
from ledger.solver.options import CHURN
from ledger.store.nights.runs import count_requests
from ledger.store.nights.stored_runs import StoredStep, runs_on
from ledger.store.session.execute import Handler, execute
from ledger.store.session.ledger import Ledger

if TYPE_CHECKING:
    from ledger.interchange.signing_keys import SigningKey

COMMAND: Final = "reconcile"
"""The command that a night's requests are kept under."""

STEPS: Final = (
    "lapse",
    "restrictions",
    "due",
    "statements",
    "gaps",
    "propose",
    "check",
    "seal",
    "report",
)
"""The steps of a night, in their order."""

MOST_LISTED: Final = 20
"""The number of things that one part of the report lists."""

ONLY_FOR_THE_LAST: Final = frozenset({"propose", "check"})
"""Of several nights that are caught up, the last does these alone: they look at all that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightFinding:
    """One thing that an officer has to look at, with three numbers where there are any.

    `kind` is a word with hyphens, `subject` the code of what it is about. `ours`, `theirs` and
    `difference` are written exactly, with their unit where they have one. `command` is the line
    that would resolve it, `sentence` describes it, `code` is the finding's own where it is stored,
    `office` the one it concerns.
    """

    kind: str
    subject: str
    sentence: str
    ours: str | None = None
    theirs: str | None = None
    difference: str | None = None
    command: str | None = None
    code: str | None = None
    office: str | None = None

    def as_document(self) -> dict[str, str | None]:
        """Give the finding as in `cityfund.reconcile/1`, and as it is stored."""
        document = {key: getattr(self, key) for key in _FINDING_KEYS}
        return {**document, "said": self.sentence, "code": self.code, "office": self.office}


_FINDING_KEYS: Final = ("kind", "subject", "ours", "theirs", "difference", "command")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The result of a step.

    `figures` are by name, the same names every night whether or not there was anything to count;
    the seal's are `entries` and `root`. `offices` are figures by an office's code, for `status`.
    `lines` are sentences for the report, none where the figures say it all. `changed` tells
    whether anything was written.
    """

    figures: Mapping[str, int | str] = field(default_factory=dict)
    findings: tuple[NightFinding, ...] = ()
    lines: tuple[str, ...] = ()
    offices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Whose doing the night is, as every write records it."""

    actor: str
    system_user: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NightOptions:
    """What the night was asked for beside its day. A step takes what is its own.

    `solve_seconds` bounds the search for the proposal, None for none; `churn` is the share of
    coverage that it may give up so that fewer lines change. `only` names the steps that
    were asked for by name, empty for a whole night. `statements` are the options of that step by
    name, as the command line understood them. More than `missed_nights` are asked about. `seal_to`
    are the words of the command that gets each new seal, signed where there is a `signing_key`.
    """

    warn_days: int = 7
    solve_seconds: int | None = 120
    churn: Fraction = CHURN
    dry_run: bool = False
    only: tuple[str, ...] = ()
    statements: Mapping[str, Any] = field(default_factory=dict)
    missed_nights: int = MOST_UNASKED
    seal_to: tuple[str, ...] = ()
    signing_key: SigningKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night as its steps see it.

    `day` is the ledger's day the night is for, today or one that was missed; `run` the number of
    its run row, zero in a dry run; `is_last` says that no later night follows in this run.
    `advance` reports progress, `say` a message for a person who watches.
    """

    ledger: Ledger
    day: date
    run: int
    who: Operator
    options: NightOptions = NightOptions()
    is_last: bool = True
    advance: Callable[[int], None] = lambda _steps: None
    say: Callable[[str], None] = lambda _words: None

    @property
    def dry_run(self) -> bool:
        """Say whether all is to be done but written."""
        return self.options.dry_run

    def key(self, thing: str) -> str:
        """Give the request key of a thing of this night: `night:2026-11-24:lapse:D-0007`."""
        return f"night:{self.day}:{thing}"

    def request(
        self,
        thing: str,
        *,
        given: Mapping[str, Any] | None = None,
        reason: str | None = None,
        key: str | None = None,
    ) -> Request:
        """Make the request of one write of this night, dated on its day.

        `key` stands for what is done once in all nights, such as a delivery under its
        provider's reference. The input has to be the same whenever the request is made again.
        """
        night = {} if key else {"night": self.day.isoformat()}
        return Request(
            command=COMMAND,
            given={**night, "thing": thing, **(given or {})},
            key=key or self.key(thing),
            actor=self.who.actor,
            system_user=self.who.system_user,
            host=self.who.host,
            reason=reason,
            on=self.day,
            dry_run=self.dry_run,
        )


class NothingToDo(Exception):
    """What was to be written is not due or was written; it ends the write without a trace."""


def execute_anew(night: Night, thing: str, handler: Handler, reason: str | None = None) -> None:
    """Execute under the first request key of a thing that was not used this night.

    A used key stands for what was done then; the same thing may come again after an officer's act.
    """
    key, number = thing, 1
    while execute(night.ledger, night.request(key, reason=reason), handler)["replayed"]:
        number += 1
        key = f"{thing}:{number}"


def earlier_step(night: Night, name: str) -> tuple[int, StoredStep | None]:
    """Return the number of requests, and the step of an earlier run of this night after as many.

    There is none where the step was asked for by name.
    """
    with night.ledger.read() as connection:
        requests = count_requests(connection, night.day)
        runs = runs_on(connection, night.day)
    steps = [run.step(name) for run in runs if run.id != night.run]
    last = next((step for step in reversed(steps) if step is not None), None)
    unchanged = last is not None and last.figures.get("requests") == requests
    return requests, last if unchanged and name not in night.options.only else None


def listed(title: str, items: Iterable[str]) -> list[str]:
    """List items in sentences, a few of many."""
    every = list(items)
    more = [f"{title}: {len(every) - MOST_LISTED} more."] if len(every) > MOST_LISTED else []
    return [*(f"{title}: {one}." for one in every[:MOST_LISTED]), *more]
