"""Origins as officers name them: looked up, noted where they lie later, and shown with a record."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.origins.links import Span, parse_origin, span_of, surely_later
from ledger.registers.table import REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.reversal import ReasonMissing, require_reason


def known_origin(uow: UnitOfWork, typed: str) -> str | None:
    """Give an origin with its code as the register has it; an empty text is none.

    Raises `BadOrigin` and `UnknownCode`.
    """
    if not typed.strip():
        return None
    origin = parse_origin(typed)
    return origin._replace(code=uow.find_record(origin.kind, origin.code).record.code).text


def note_origin(uow: UnitOfWork, kind: str, record: Any) -> None:
    """Note where the origin of a record surely lies later than the record itself."""
    spec = REGISTERS[kind]
    if spec.origin is not None and record.origin:
        named = f"{kind} {record.code}"
        note_later_origin(uow, named, record.origin, span_of(spec, record))


def note_later_origin(
    uow: UnitOfWork, named: str, origin: str | None, day: date | Span | None
) -> None:
    """Note where an origin surely lies later than the day of what came from it."""
    if not origin:
        return
    kind, code = parse_origin(origin)
    its = span_of(REGISTERS[kind], uow.record(kind, code))
    own = Span(day, day) if isinstance(day, date) else day
    if surely_later(its, own):
        assert its is not None
        text = f"{kind} {code} lies later ({its.first}) than {named}, which names it as its origin"
        uow.note("later-origin", text)


def require_origin_reason(uow: UnitOfWork, kind: str, before: Any, after: Any) -> None:
    """Refuse to correct an origin without a reason; one that was not known is added without.

    Where `--reason` is a term of the record itself, a new note says why. Raises `ReasonMissing`.
    """
    spec = REGISTERS.get(kind)
    if spec is not None and spec.origin is None:
        return
    if before.origin is None or before.origin == after.origin:
        return
    what = f"The origin of {kind} {before.code}, {before.origin}, is not changed without a reason."
    if spec is None or "reason" not in spec.column:
        require_reason(uow, what)
    elif after.note in {None, before.note}:
        raise ReasonMissing(
            what,
            why=f"--reason of {spec.plural} is a term of the record, not of its origin.",
            next_step="Say why in a new note: --note TEXT",
        )
