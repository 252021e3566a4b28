"""What a matching is asked for: its filters, their short forms, and what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.frame import Call
from cli.register_reading import meant
from cli.session import times_of
from cli.usage import UntilMissing
from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.store.book import Ledger
    from ledger.usecases.propose import MatchQuery


class OnlyWithSave(UsageError):
    """An option of storing a proposal came without --save."""

    code = "only-with-save"
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
        from ledger.usecases.proposals import PastIsNotSaved  # noqa: PLC0415 - brings the store

        raise PastIsNotSaved("A proposal of another time is not stored.")


def query_of(
    call: Call, ledger: Ledger, *, office: str | None, projects: Sequence[str], factor: str | None
) -> MatchQuery:
    """Make the query of a call: its filters, and those its short forms stand for."""
    from ledger.usecases.propose import MatchQuery  # noqa: PLC0415 - brings the store
    from ledger.usecases.selecting import factor_typed  # noqa: PLC0415

    where = [f"{column}={value}" for column, value in call.read.where]
    times = times_of(call)
    if office is not None or projects:
        with ledger.picture(times) as picture:
            offices = [] if office is None else [office]
            where += [f"office={meant(picture, 'office', one)}" for one in offices]
            where += [f"project={meant(picture, 'project', one)}" for one in projects]
    if factor is not None:
        where.append(f"factor={factor_typed(factor)}")
    return MatchQuery(where=where, times=times)


def require_last_day(until: str | None) -> None:
    """Refuse holds without their last day."""
    if until is None:
        raise UntilMissing("The holds have no last day.", next_step="Say --until DATE.")
