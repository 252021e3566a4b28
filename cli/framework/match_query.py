"""The options of every command that solves a matching, and the progress of a long one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import typer

from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.filters import keyed_filters
from cli.framework.options import flag_parameter
from cli.framework.register_commands import resolve_code
from cli.framework.register_options import parameter
from cli.framework.session import churn_of, ledger_of, rate_days_of, times_of
from cli.framework.terminal import moves_cursor, note
from ledger.core.errors import UsageError

if TYPE_CHECKING:
    from ledger.reports.table import Column
    from ledger.solver.options import ProgressCallback, SolverOptions
    from ledger.store.session.ledger import Ledger
    from ledger.usecases.matching.propose import MatchQuery

MATCHING = (
    parameter(
        "office",
        typer.Option(help="Only this office.", autocompletion=complete_codes("office")),
        required=False,
    ),
    parameter(
        "project",
        typer.Option(
            help="Only this project; repeatable.", autocompletion=complete_codes("project")
        ),
        many=True,
        required=False,
    ),
    parameter("factor", typer.Option(help="Only this factor."), required=False),
    flag_parameter(
        "again",
        "--again",
        words="Propose what was declined, or released with a reason, within twelve months.",
    ),
    parameter(
        "time_limit",
        typer.Option(metavar="SECONDS", help="Time limit; 0: the quick plan."),
        required=False,
    ),
)
"""The options of every command that solves a matching; `matching` reads them."""

FRESH = flag_parameter("fresh", "--fresh", words="Ignore stored proposals: no baseline.")
CHURN = parameter(
    "churn",
    typer.Option(metavar="PERCENT", help="Coverage given up to change fewer lines; default: 0.1."),
    required=False,
)
NEAR_BASELINE = (*MATCHING, FRESH, CHURN)
"""The options of a command that proposes near the last stored proposal."""


class OnlyWithSave(UsageError, code="only-with-save"):
    """An option of storing a proposal came without --save."""

    default_why = "A proposal that is only shown writes nothing."
    default_next = "Add --save, or leave the option out."


def require_save(call: Call, *, save: bool) -> None:
    """Refuse the options of storing without --save, and --save for another time."""
    if not save:
        for name in ("reason", "key", "dry_run"):
            if call.params.get(name):
                raise OnlyWithSave(f"--{name.replace('_', '-')} was given without --save.")
        return
    if call.read.as_of is not None or call.read.known_at is not None:
        from ledger.usecases.matching.saved import PastIsNotSaved  # noqa: PLC0415 - brings the store

        raise PastIsNotSaved("A proposal of another time is not stored.")


@contextmanager
def matching(
    call: Call, columns: Sequence[Column]
) -> Iterator[tuple[Ledger, MatchQuery, SolverOptions]]:
    """Read the options of a matching, and show its progress while it is solved."""
    from ledger.solver.options import SolverOptions, parse_seconds  # noqa: PLC0415 - brings the solver

    seconds = parse_seconds(call.params["time_limit"])
    ledger = ledger_of(call)
    query = query_of(call, ledger, columns)
    with _solving_shown(call) as on_progress:
        yield ledger, query, SolverOptions(seconds, on_progress)


def query_of(call: Call, ledger: Ledger, columns: Sequence[Column]) -> MatchQuery:
    """Make the query of a call: its filters, and those its short forms stand for."""
    from ledger.usecases.matching.propose import MatchQuery  # noqa: PLC0415 - brings the store
    from ledger.usecases.matching.select import parse_factor  # noqa: PLC0415

    office, projects, factor = (call.params[name] for name in ("office", "project", "factor"))
    where = [*keyed_filters(columns, *call.read.filtering)]
    times = times_of(call)
    if office is not None or projects:
        with ledger.reader(times) as reader:
            offices = [] if office is None else [office]
            where += [f"office={resolve_code(reader, 'office', one)}" for one in offices]
            where += [f"project={resolve_code(reader, 'project', one)}" for one in projects or ()]
    if factor is not None:
        where.append(f"factor={parse_factor(factor)}")
    return MatchQuery(
        where=where,
        times=times,
        note=partial(note, call),
        rate_days=rate_days_of(call),
        again=bool(call.params.get("again")),
        fresh=bool(call.params.get("fresh")),
        churn=churn_of(call),
        reserves=bool(call.params.get("reserves")),
    )


@contextmanager
def _solving_shown(call: Call) -> Iterator[ProgressCallback | None]:
    """Show the progress of a solver on a terminal; yields its callback, or None without one."""
    if call.settings.quiet or not moves_cursor(sys.stderr):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - on a terminal only

    console = Console(stderr=True, no_color=not call.settings.color)
    # Nothing shows before the first advance: most matchings are solved by then.
    status = console.status("Matching")

    def on_progress(stage: str, value: Fraction, bound: Fraction) -> None:
        status.update(
            f"Matching: {stage}; weight {_whole_number(value)} of at most {_whole_number(bound)}"
        )
        status.start()

    try:
        yield on_progress
    finally:
        status.stop()


def _whole_number(value: Fraction) -> str:
    return f"{value.numerator // value.denominator:,}"
