"""Connects a call with the ledger: reading at two times, and executing a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call, Session
from cli.framework.terminal import note
from cli.framework.usage_errors import BadUsage, MovedOn

if TYPE_CHECKING:
    from fractions import Fraction

    # The store brings SQLAlchemy, which help and completion do without.
    from ledger.core.dates import ClockAhead
    from ledger.core.requests import Request
    from ledger.journal.receipts import Note, Receipt
    from ledger.store.journal.balances import Times
    from ledger.store.session.ledger import Calendar, Ledger
    from ledger.store.session.snapshot import Reader
    from ledger.store.session.unit_of_work import UnitOfWork


def request_of(
    call: Call,
    *,
    today: Callable[[], date] | None = None,
    also_given: Mapping[str, str] | None = None,
) -> Request:
    """Make the request of a writing call: who, what was typed, and the officer's date.

    `today` returns the ledger's own day, asked only for a date typed as a word such as yesterday.
    Raises InvalidDate and MalformedKey.
    """
    from ledger.core.requests import Request  # noqa: PLC0415 - help does without

    options, settings = call.write, call.settings
    return Request(
        command=call.command_name,
        given={**call.typed_input(), **(also_given or {})},
        key=options.key,
        actor=settings.actor,
        system_user=settings.system_user,
        host=settings.host,
        reason=options.reason,
        on=None
        if options.on is None
        else typed_date(call, options.on, today or (lambda: today_of(call))),
        dry_run=options.dry_run,
    )


def request_parts(call: Call) -> Callable[[int], Request]:
    """Return the maker of the requests of a write in parts, the first is 1.

    Each part after the first has a key of its own, made from the one that was given.
    """
    first = request_of(call)

    def part(number: int) -> Request:
        if number == 1 or first.key is None:
            return first
        return replace(first, key=f"{first.key}:{number}")

    return part


def ledger_of(call: Call) -> Ledger:
    """Return the ledger a call is about, opened once for a command and closed with it.

    Raises where there is none.
    """
    session = call.ensure_object(Session)
    if session.ledger is None:
        from ledger.store.session.ledger import open_ledger  # noqa: PLC0415

        session.ledger = open_ledger(
            call.settings.db_url,
            partial(agree_to_clock, call),
            _currency_of(call),
            _longest_pause(call),
        )
        call.find_root().call_on_close(session.ledger.engine.dispose)
    return session.ledger


def _longest_pause(call: Call) -> timedelta:
    """Return after how long without a write the clock is asked about."""
    from ledger.core.dates import LONGEST_PAUSE  # noqa: PLC0415 - help does without

    days = call.settings.pause_days
    return LONGEST_PAUSE if days is None else timedelta(days=days)


def _currency_of(call: Call) -> str | None:
    """Return the currency that a report is asked to convert into. Raises UnknownUnit."""
    typed = call.params.get("currency") if getattr(call.command, "converts", False) else None
    if typed is None:
        return None
    from ledger.core.quantity import find_unit  # noqa: PLC0415 - few reports are asked so
    from ledger.reference.units import iso4217_units  # noqa: PLC0415 - as above

    return find_unit(typed, iso4217_units()).code


def agree_to_clock(call: Call, error: ClockAhead, question: str = "Is the clock right?") -> None:
    """Ask on a terminal, once, whether the clock is right; --clock-is-right answers beforehand.

    Raises the error in a script, and NotConfirmed where the answer is not yes.
    """
    from cli.framework.terminal import ask, can_ask  # noqa: PLC0415 - after a long pause only

    session = call.ensure_object(Session)
    if not (session.clock_is_right or call.params.get("clock_is_right")):
        if not can_ask():
            raise error
        ask(call, f"{error.what} {question}")
    session.clock_is_right = True


def calendar_of(call: Call) -> Calendar:
    """Return the calendar of a call's ledger, read once for a command."""
    session = call.ensure_object(Session)
    if session.calendar is None:
        session.calendar = ledger_of(call).calendar()
    return session.calendar


def today_of(call: Call) -> date:
    """Return today by the ledger's calendar."""
    return calendar_of(call).today


def times_of(call: Call) -> Times:
    """Read a call's --as-of and --known-at by the ledger's calendar."""
    from ledger.core.dates import parse_time  # noqa: PLC0415 - help does without
    from ledger.store.journal.balances import NOW, Times  # noqa: PLC0415

    options = call.read
    as_of = _report_date(options.as_of, call.params.get("on"))
    if as_of is None and options.known_at is None:
        return NOW
    return Times(
        as_of=optional_date(call, as_of),
        known_at=None
        if options.known_at is None
        else parse_time(options.known_at, zone=lambda: calendar_of(call).zone),
    )


def _report_date(as_of: str | None, on: str | None) -> str | None:
    """Return the day a reading command was asked for, where it takes --on as well."""
    if as_of is not None and on is not None and as_of != on:
        raise BadUsage(
            f"--as-of {as_of} and --on {on} were both given.",
            why="Here both name the day of the report, and they differ.",
            next_step="Keep one of the two.",
        )
    return as_of if as_of is not None else on


@contextmanager
def read_ledger(call: Call) -> Iterator[Reader]:
    """Read the call's ledger at the times it asks for, in one transaction."""
    with ledger_of(call).reader(times_of(call)) as reader:
        yield reader


def act(call: Call, work: Callable[[UnitOfWork], Receipt], *, asks: bool = False) -> None:
    """Execute a write and print its receipt; on a terminal its questions are asked before.

    With `asks` it is shown there first, as `ask_first` says.
    """
    from cli.framework.receipts import emit_receipt  # noqa: PLC0415 - help does without
    from cli.framework.terminal import can_ask  # noqa: PLC0415 - as where it asks

    agreed = ask_first(call, work) if asks else work
    answered: set[Note] = set()

    def handle(uow: UnitOfWork) -> Receipt:
        receipt = agreed(uow)
        questions = [one for one in receipt.notes if one.is_question and one not in answered]
        call.ensure_object(Session).asks_itself |= bool(questions)
        if questions and not call.write.dry_run and can_ask():
            raise _Questioned(questions)
        return receipt

    while True:
        try:
            receipt = execute_call(call, handle)
        except _Questioned as questioned:  # rolled back: no lock is held while a person decides
            _ask(call, questioned.notes)
            answered.update(questioned.notes)
        else:
            emit_receipt(call, receipt)
            return


class _Questioned(Exception):
    """A write has notes that a person is asked about first."""

    def __init__(self, notes: list[Note]) -> None:
        super().__init__()
        self.notes = notes


def _ask(call: Call, notes: Iterable[Note]) -> None:
    from cli.framework.terminal import confirm  # noqa: PLC0415 - few acts ask

    for one in notes:
        confirm(call, f"{one.text[0].upper()}{one.text[1:]}. Record it all the same?")


def ask_first(
    call: Call,
    work: Callable[[UnitOfWork], Receipt],
    lines_of: Callable[[Call, Mapping[str, Any]], Iterator[str]] | None = None,
) -> Callable[[UnitOfWork], Receipt]:
    """Show on a terminal what a write will do, and ask; return the work that was agreed to.

    It is for a write that names no quantity, or changes more than one record. In a script, and
    with --yes or --dry-run, nothing is asked. `lines_of` renders the receipt of its dry run.
    """
    from cli.framework.terminal import can_ask, confirm, tell  # noqa: PLC0415

    if call.write.yes or call.write.dry_run or not can_ask():
        call.ensure_object(Session).shows_itself = True
        return work
    from cli.framework.receipts import preview_lines  # noqa: PLC0415
    from ledger.store.session.execute import execute  # noqa: PLC0415

    seen: list[object] = []

    def previewed(uow: UnitOfWork) -> Receipt:
        receipt = work(uow)
        seen[:] = [_done_by(uow, receipt)]
        return receipt

    document = execute(ledger_of(call), replace(request_of(call), dry_run=True), previewed)
    if document.get("replayed"):
        return work
    for line in (lines_of or preview_lines)(call, document):
        tell(line)
    confirm(call, "Do this?")

    def agreed(uow: UnitOfWork) -> Receipt:
        receipt = work(uow)
        if [_done_by(uow, receipt)] != seen:
            raise MovedOn("The ledger is not as it was when you looked at the preview.")
        return receipt

    return agreed


def _done_by(uow: UnitOfWork, receipt: Receipt) -> object:
    """Give what a write does: its last movements, the balances after it, and what it undoes."""
    movements = uow.last_posted and uow.last_posted.movements
    return movements, receipt.need, receipt.offer, receipt.undone


def execute_call(
    call: Call,
    work: Callable[[UnitOfWork], Receipt],
    also_given: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Execute a write and return the document of its receipt.

    `also_given` is input that was not typed but tells a repetition from another request, such
    as what a file held.
    """
    from cli.framework.receipts import remember_receipt  # noqa: PLC0415 - help does without
    from ledger.store.session.execute import execute  # noqa: PLC0415

    ledger, request = ledger_of(call), request_of(call, also_given=also_given)
    with _not_known_whether_recorded(call, request):
        receipt = execute(ledger, request, work)
        remember_receipt(call, receipt)
    return receipt


@contextmanager
def _not_known_whether_recorded(call: Call, request: Request) -> Iterator[None]:
    """Let Ctrl-C say how to find out, for as long as it can come before or after the commit."""
    session = call.ensure_object(Session)
    before = session.interrupted
    if request.dry_run:
        yield
        return
    session.interrupted = "Interrupted while it was recorded; cityfund log shows whether it was."
    if request.key is not None:
        session.interrupted = (
            f"Interrupted while it was recorded; repeat with --key {quote(request.key)}: it is not "
            "recorded twice."
        )
    try:
        yield
    except Exception:
        session.interrupted = before
        raise
    session.interrupted = before


def optional_date(call: Call, text: str | None) -> date | None:
    """Read a day an option was given, by the ledger's calendar; None where it was not."""
    return None if text is None else required_date(call, text)


def required_date(call: Call, text: str) -> date:
    """Read a day that was given, by the ledger's calendar."""
    ledger_of(call)  # a missing ledger is reported before an unreadable date
    return typed_date(call, text, lambda: today_of(call))


def optional_time(call: Call, text: str | None) -> datetime | None:
    """Read a time an option was given, or the beginning of a day; None where it was not.

    Raises InvalidDate and InvalidTime.
    """
    from ledger.core.dates import InvalidDate, first_moment, parse_time  # noqa: PLC0415 - as above

    if text is None:
        return None
    zone = calendar_of(call).zone
    try:
        return first_moment(required_date(call, text), zone)
    except InvalidDate:
        if ":" not in text:
            raise
        return parse_time(text, zone=lambda: zone)


def typed_date(call: Call, text: str, today: Callable[[], date]) -> date:
    """Read a day as typed; a Jalali one is said back as it was converted. Raises InvalidDate."""
    from ledger.core.dates import is_jalali, parse_date  # noqa: PLC0415 - help does without

    day = parse_date(text, today=today)
    if is_jalali(text):
        note(call, f"{text.strip()} is {day} in the Gregorian calendar.")
    return day


def approach_days_of(call: Call) -> int:
    """Return how many days an answer to an approach is waited for."""
    from ledger.registers.pairs import APPROACH_DAYS  # noqa: PLC0415 - help does without

    days = call.settings.approach_days
    return APPROACH_DAYS if days is None else days


def churn_of(call: Call) -> Fraction:
    """Return the share of coverage given up for fewer changes: option, setting or default."""
    from ledger.solver.options import CHURN, parse_churn  # noqa: PLC0415 - help does without

    text = call.params.get("churn") or call.settings.churn
    return CHURN if text is None else parse_churn(text)


def rate_days_of(call: Call) -> int:
    """Return how old a quote may be before a report names it."""
    from ledger.rates.rates import RATE_DAYS  # noqa: PLC0415 - help does without

    return RATE_DAYS if call.settings.rate_days is None else call.settings.rate_days
