"""Origins as officers name them: looked up, noted where they lie later, and shown with a record."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.origins.links import Span, parse_origin, span_of, surely_later
from ledger.registers.table import REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork


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
