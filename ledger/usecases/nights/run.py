"""Run a night under its lock: missed nights first, step by step, one stored row for each step.

A killed run leaves its row without all of its steps; the next run repeats the night, and no step
does twice what was done. The last step, `report`, adds up the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ledger.core.dates import ClockAhead, ClockSteppedBack, require_not_future
from ledger.core.errors import Busy, CannotOpen, InvalidInput, LedgerError
from ledger.core.suggest import did_you_mean
from ledger.store.db.queries import last_rows
from ledger.store.journal.balances import NOW, Times
from ledger.store.nights import runs as nights
from ledger.store.nights.lock import RequireLock, hold_lock
from ledger.store.nights.stored_runs import StoredRun, StoredStep, last_complete_run, runs_on
from ledger.store.session.execute import require_short_pause
from ledger.store.session.ledger import Ledger, moment_of
from ledger.usecases.night_step import (
    ONLY_FOR_THE_LAST,
    STEPS,
    Night,
    NightFinding,
    NightOptions,
    Operator,
    StepResult,
)

if TYPE_CHECKING:
    from ledger.usecases.since_night import NewSince


def report_step(steps: Iterable[StoredStep], new: NewSince | None = None) -> StepResult:
    """Add up the results of the steps before it, and count by office what is new."""
    stored_steps = list(steps)
    return StepResult(
        offices={} if new is None else new.counts(),
        figures={
            "steps": len(stored_steps),
            "changed": sum(step.changed for step in stored_steps),
            "findings": sum(len(step.findings) for step in stored_steps),
        },
    )


REPORT: Final = "report"
_PACKAGE: Final = "ledger.usecases.nights"
_FUNCTIONS: Final = {
    "lapse": ("lapse", "lapse_step"),
    "restrictions": ("restrictions", "restrictions_step"),
    "due": ("due", "due_step"),
    "statements": ("statements", "statements_step"),
    "gaps": ("gaps", "gaps_step"),
    "propose": ("propose", "propose_step"),
    "check": ("prove", "check_step"),
    "seal": ("prove", "seal_step"),
}
"""The module and the function of each step; modules are imported when their step runs."""
_ENDS_THE_NIGHT: Final = (Busy, CannotOpen, ClockSteppedBack)
"""Refusals that no other step could do better after."""


class UnknownStep(InvalidInput, code="unknown-step"):
    """A step was asked for that a night does not have."""

    default_next = "Name one of those with --only, or leave it out for the whole night."


@dataclass(frozen=True, slots=True, kw_only=True)
class NightEvent:
    """Something a log would keep: what happened, in which run of which night, at which step."""

    what: str
    night: date
    run: int
    step: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


EventListener = Callable[[NightEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NightResult:
    """One night as it was done. `repeats` is an earlier run that had done it, if there was one.

    `new` is what is new since the night before; None where the night had no report of its own.
    """

    run: StoredRun
    repeats: int | None = None
    new: NewSince | None = None

    @property
    def changed(self) -> bool:
        """Say whether anything but the run's own rows was written."""
        return any(step.changed for step in self.run.steps)

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """Give what has to be looked at, in the order of the steps."""
        return [finding for step in self.run.steps for finding in step.findings]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileResult:
    """The nights caught up in order, the last of them the one asked for.

    `missed` are the nights that a dry run left out.
    """

    nights: tuple[NightResult, ...]
    dry_run: bool = False
    missed: tuple[date, ...] = ()

    @property
    def last(self) -> NightResult:
        """The night that was asked for."""
        return self.nights[-1]


def choose_steps(only: Sequence[str]) -> tuple[str, ...]:
    """Give the steps asked for by name in their order, or all. Raises `UnknownStep`."""
    for name in only:
        if name not in STEPS:
            raise UnknownStep(
                f"There is no step {name!r}.",
                why=f"The steps of a night are: {', '.join(STEPS)}.",
                next_step=did_you_mean(name, STEPS) or None,
            )
    return tuple(name for name in STEPS if name in only) if only else STEPS


def reconcile(
    ledger: Ledger,
    who: Operator,
    options: NightOptions,
    listener: EventListener,
    day: date | None = None,
    agree: Callable[[Sequence[date]], None] = lambda _missed: None,
) -> ReconcileResult:
    """Do the night of a day, today's unless another is given, and those missed before it.

    `agree` is called with more missed nights than the options allow unasked, and raises where they
    are not to be caught up: a clock that ran ahead would lapse what is still held. Raises
    `FutureDate`, `UnknownStep`, `NightUnderWay`, `ClockAhead` and `ClockSteppedBack`.
    """
    steps = choose_steps(options.only)
    today = ledger.today()
    last = day or today
    require_not_future(last, today)
    if options.dry_run:
        return _dry_run(ledger, who, options, listener, last)
    _require_clock(ledger)
    missed = [] if options.only else _due(ledger, last)[:-1]
    if len(missed) > options.missed_nights:
        agree(missed)
    with hold_lock(ledger) as require_lock:
        due = [last] if options.only else _due(ledger, last)
        before = _night_before(ledger, due[0])
        finished = []
        for one in due:
            running = _NightRunner(
                ledger, who, options, listener, require_lock, before, is_last=one == last
            )
            finished.append(running.night(one, steps))
    return ReconcileResult(nights=tuple(finished))


def _require_clock(ledger: Ledger) -> None:
    """Ask about the clock after a long pause, before anything is written."""
    try:
        with ledger.read() as connection:
            last = last_rows(connection).moment
            require_short_pause(connection, moment_of(connection), last, ledger.longest_pause)
    except ClockAhead as error:
        ledger.agree_to_clock(error)


def _dry_run(
    ledger: Ledger, who: Operator, options: NightOptions, listener: EventListener, last: date
) -> ReconcileResult:
    # What a dry run of a missed night rolled back would lapse again in the next.
    with ledger.read() as connection:
        nights.next_recording_time(connection)
    due = [last] if options.only else _due(ledger, last)
    before = _night_before(ledger, due[0])
    running = _NightRunner(ledger, who, options, listener, lambda: None, before, is_last=True)
    finished = running.night(last, choose_steps(options.only))
    return ReconcileResult(nights=(finished,), dry_run=True, missed=tuple(due[:-1]))


def _due(ledger: Ledger, last: date) -> list[date]:
    """Give the nights to do: those after the last that was done whole, through `last`."""
    today = ledger.today()
    with ledger.read() as connection:
        last_complete = last_complete_run(connection, today)
    if last_complete is None or last_complete.day >= last:
        return [last]
    return [last - timedelta(days=ago) for ago in reversed(range((last - last_complete.day).days))]


def _night_before(ledger: Ledger, day: date) -> StoredRun | None:
    """Give the last run of the night that was done whole before the first that is to be done."""
    with ledger.read() as connection:
        return last_complete_run(connection, day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _NightRunner:
    """Does nights for one caller; `before` is the last run of an earlier night."""

    ledger: Ledger
    who: Operator
    options: NightOptions
    listener: EventListener
    require_lock: RequireLock
    before: StoredRun | None
    is_last: bool = field(kw_only=True)

    def night(self, day: date, steps: Sequence[str]) -> NightResult:
        """Do one night."""
        names = steps if self.is_last else [one for one in steps if one not in ONLY_FOR_THE_LAST]
        repeats = self._earlier_complete_run(day)
        run = self._begin(day, names)
        new: NewSince | None = None
        self._emit(run, "run-begun", steps=list(names))
        for place, name in enumerate(names, start=1):
            self.require_lock()
            if name == REPORT and self.is_last:
                new = self._read_new(day)
            stored_step = self._step(run, name, new)
            if not self.options.dry_run:
                nights.store_step(self.ledger, run.id, place, stored_step)
            run = replace(run, steps=(*run.steps, stored_step))
            self._emit_step_end(run, stored_step)
        self._emit(run, "run-ended")
        return NightResult(run=run, repeats=repeats, new=new)

    def _read_new(self, day: date) -> NewSince:
        """Compare the ledger with that of the night before."""
        from ledger.usecases.since_night import read_new, since_end  # noqa: PLC0415 - for reports

        times = NOW if day == self.ledger.today() else Times(as_of=day)
        with self.ledger.reader(times) as reader:
            return read_new(reader, None if self.before is None else since_end(self.before))

    def _earlier_complete_run(self, day: date) -> int | None:
        with self.ledger.read() as connection:
            complete_runs = [
                run.id for run in runs_on(connection, day) if run.whole and run.is_complete
            ]
        return complete_runs[-1] if complete_runs else None

    def _begin(self, day: date, names: Sequence[str]) -> StoredRun:
        who = (self.who.actor, self.who.system_user, self.who.host)
        whole = not self.options.only
        if not self.options.dry_run:
            return nights.begin_run(self.ledger, day, names, whole=whole, who=who)
        return StoredRun(
            id=0,
            day=day,
            requested_steps=tuple(names),
            whole=whole,
            actor=self.who.actor,
            system_user=self.who.system_user,
            host=self.who.host,
            started_at=nights.clock_moment(self.ledger),
        )

    def _step(self, run: StoredRun, name: str, new: NewSince | None) -> StoredStep:
        self._emit(run, "step-begun", name)
        started_at = nights.clock_moment(self.ledger)
        result = report_step(run.steps, new) if name == REPORT else self._execute_step(run, name)
        return StoredStep(
            name=name,
            figures=dict(result.figures),
            findings=[finding.as_document() for finding in result.findings],
            offices={office: dict(figures) for office, figures in result.offices.items()},
            lines=list(result.lines),
            changed=result.changed,
            started_at=started_at,
            ended_at=nights.clock_moment(self.ledger),
        )

    def _execute_step(self, run: StoredRun, name: str) -> StepResult:
        """Do a step; where it is refused, that is a finding, and the night goes on."""
        module, function = _FUNCTIONS[name]
        step = getattr(import_module(f"{_PACKAGE}.{module}"), function)
        try:
            result: StepResult = step(self._night_for(run, name))
        except _ENDS_THE_NIGHT:
            raise
        except LedgerError as error:
            finding = NightFinding(
                kind="step-refused",
                subject=name,
                sentence=f"The step {name} could not be done: {error.what} {error.why}",
                command=f"cityfund reconcile --only {name}",
            )
            return StepResult(findings=(finding,))
        return result

    def _night_for(self, run: StoredRun, name: str) -> Night:
        return Night(
            ledger=self.ledger,
            day=run.day,
            run=run.id,
            who=self.who,
            options=self.options,
            is_last=self.is_last,
            advance=lambda steps: self._emit(run, "advance", name, steps=steps),
            say=lambda words: self._emit(run, "say", name, words=words),
        )

    def _emit_step_end(self, run: StoredRun, step: StoredStep) -> None:
        self._emit(
            run,
            "step-ended",
            step.name,
            figures=step.figures,
            findings=len(step.findings),
            changed=step.changed,
            milliseconds=(step.ended_at - step.started_at) // timedelta(milliseconds=1),
        )

    def _emit(self, run: StoredRun, what: str, step: str | None = None, **more: Any) -> None:
        self.listener(NightEvent(what=what, night=run.day, run=run.id, step=step, more=more))
