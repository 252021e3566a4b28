"""Names in the place of codes, where a person types on a terminal: a unique one is said back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from cli.framework.command import Call
from cli.framework.completion import kinds_completed
from cli.framework.options import is_from_command_line
from cli.framework.session import ledger_of
from cli.framework.terminal import note
from ledger.core.errors import NotFound
from ledger.core.text import first_few
from ledger.registers.table import REGISTERS

if TYPE_CHECKING:
    # The store brings SQLAlchemy, which help and completion do without.
    from ledger.store.session.snapshot import Reader

_FEW = 6


class AmbiguousName(NotFound, code="ambiguous-name"):
    """A name that was typed in the place of a code is that of several records."""

    default_why = "On a terminal a name stands for a code where one record alone has it."
    default_next = "Type the code of the one that is meant."


def take_names(call: Call) -> None:
    """Put the codes of records in the place of unique names that were typed, and say them back.

    What is the code of a record stays a code, whatever else is called so. Raises `AmbiguousName`.
    """
    for param in call.command.params:
        kinds = [kind for kind in kinds_completed(param) if _has_name(kind)]
        value = call.params.get(param.name)
        if not kinds or not value or not is_from_command_line(call, param.name):
            continue
        with ledger_of(call).reader() as reader:
            if isinstance(value, str):
                call.params[param.name] = _code(call, reader, kinds, value)
            else:
                codes = [_codes(call, reader, kinds, one) for one in value]
                call.params[param.name] = type(value)(codes)


def _has_name(kind: str) -> bool:
    return kind in REGISTERS and REGISTERS[kind].title is not None


def _codes(call: Call, reader: Reader, kinds: Sequence[str], typed: str) -> str:
    """Take the names in a list that was typed with commas."""
    return ",".join(_code(call, reader, kinds, one) for one in typed.split(","))


def _code(call: Call, reader: Reader, kinds: Sequence[str], typed: str) -> str:
    from ledger.store.lookup import has_code  # noqa: PLC0415 - as a person types

    kind, colon, of_kind = typed.partition(":")
    if colon and len(kinds) > 1 and kind.casefold() in kinds:
        return f"{kind}:{_code(call, reader, [kind.casefold()], of_kind)}"
    if not typed.strip() or any(has_code(reader.connection, kind, typed) for kind in kinds):
        return typed
    return _code_of_name(call, reader, kinds, typed) or typed


def _code_of_name(call: Call, reader: Reader, kinds: Sequence[str], typed: str) -> str | None:
    """Return the code of the only record of a name, and say it back. Raises `AmbiguousName`."""
    from ledger.store.lookup import names_like  # noqa: PLC0415 - as a person types

    named = names_like(reader.connection, typed, kinds)
    if len(named) > 1:
        several = first_few([f"{one.kind} {one.code}" for one in named], _FEW)
        raise AmbiguousName(f"{typed!r} is the name of {several}.")
    if not named:
        return None
    note(call, f"{named[0].text}: {named[0].kind} {named[0].code}")
    return named[0].code


def known_code(call: Call, kinds: Sequence[str], typed: str) -> str | None:
    """Return the code of the record that a person means by its code, its name or a beginning.

    None where there is no such record. Raises `AmbiguousName` and `AmbiguousCode`.
    """
    from ledger.store.lookup import has_code  # noqa: PLC0415 - as a person types
    from ledger.store.registers import CODED_KINDS, UnknownCode, find_code  # noqa: PLC0415

    coded = [kind for kind in kinds if kind in CODED_KINDS]
    if ":" in typed or len(coded) < len(kinds):  # for the command itself to look up
        return typed
    with ledger_of(call).reader() as reader:
        known = [kind for kind in coded if has_code(reader.connection, kind, typed)]
        if not known:
            code = _code_of_name(call, reader, [one for one in coded if _has_name(one)], typed)
            if code is not None:
                return code
        for kind in known or coded:
            with suppress(UnknownCode):
                return find_code(reader.connection, kind, typed)
    return None
