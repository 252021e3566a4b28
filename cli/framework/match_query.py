"""The options by which every kind of matching is narrowed and limited.

What a matching is asked for: its filters, their short forms, and what goes together.

What a person sees while a long matching is solved: the stage, and how good the plan is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.register_commands import resolve_code
from cli.framework.session import times_of
from cli.framework.terminal import is_terminal
from cli.framework.usage_errors import UntilMissing
from ledger.core.errors import UsageError

if TYPE_CHECKING:
    from ledger.solver.options import ProgressCallback
    from ledger.store.session.ledger import Ledger
    from ledger.usecases.matching.propose import MatchQuery

Office = Annotated[
    str | None, typer.Option(help="Only this office.", autocompletion=complete_codes("office"))
]
Projects = Annotated[
    list[str] | None,
    typer.Option(help="Only this project; repeatable.", autocompletion=complete_codes("project")),
]
FactorAlone = Annotated[str | None, typer.Option(help="Only this factor.")]
TimeLimit = Annotated[
    str | None, typer.Option(metavar="SECONDS", help="Time limit; 0: the greedy plan.")
]


class OnlyWithSave(UsageError, code="only-with-save"):
    """An option of storing a proposal came without --save."""

    default_why = "A proposal that is only shown writes nothing."
    default_next = "Add --save, or leave the option out."


def require_save(call: Call, *, save: bool) -> None:
    """Refuse what belongs to storing without --save, and --save of another time."""
    if not save:
        for name in ("reason", "key", "dry_run"):
            if call.params.get(name):
                raise OnlyWithSave(f"--{name.replace('_', '-')} was given without --save.")
        return
    if call.read.as_of is not None or call.read.known_at is not None:
        from ledger.usecases.matching.saved import PastIsNotSaved  # noqa: PLC0415 - brings the store

        raise PastIsNotSaved("A proposal of another time is not stored.")


def query_of(
    call: Call, ledger: Ledger, *, office: str | None, projects: Sequence[str], factor: str | None
) -> MatchQuery:
    """Make the query of a call: its filters, and those its short forms stand for."""
    from ledger.usecases.matching.propose import MatchQuery  # noqa: PLC0415 - brings the store
    from ledger.usecases.matching.select import parse_factor  # noqa: PLC0415

    where = [*call.read.where]
    times = times_of(call)
    if office is not None or projects:
        with ledger.reader(times) as reader:
            offices = [] if office is None else [office]
            where += [f"office={resolve_code(reader, 'office', one)}" for one in offices]
            where += [f"project={resolve_code(reader, 'project', one)}" for one in projects]
    if factor is not None:
        where.append(f"factor={parse_factor(factor)}")
    return MatchQuery(where=where, times=times)


def require_last_day(until: str | None) -> None:
    """Refuse holds without their last day."""
    if until is None:
        raise UntilMissing("The holds have no last day.", next_step="Say --until DATE.")


@contextmanager
def solving_shown(call: Call) -> Iterator[ProgressCallback | None]:
    """Give what is to be told of each advance; None where nobody watches."""
    if call.settings.quiet or not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches

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
