"""Rules of the registers: one record to a code, nothing new under what is withdrawn, no fund."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.text import normalised_code
from ledger.deals.deal import BrokerNotBank
from ledger.reference.confusables import CodeShapes, mixes_scripts, scripts_of
from ledger.registers.activity import OWNER, Owner, kinds_of
from ledger.registers.records import City, Office, Provider
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER, REGISTERS
from ledger.store.journal.accounts import Account
from ledger.store.named_records import code_of, find_named
from ledger.store.register_codes import former_codes
from ledger.store.registers import (
    AlreadyThere,
    AmbiguousCode,
    codes_of,
    load_all,
    load_where,
)
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.origins import known_origin

THE_FUND = frozenset(
    {
        "cityfund",
        "thefund",
        "thecityfund",
        "globalfundforcities",
        "globalfundforcitiesdevelopment",
        "thefunditself",
    }
)
"""Names of the fund itself, without spaces, marks and capitals."""

_NOT_WORD = re.compile(r"[\W_]+")


class ParentWithdrawn(RefusedByRule, code="parent-withdrawn"):
    """Something was to be put under a record that is no longer in use."""

    default_why = "Nothing new is put under what has been withdrawn."


class FormerCode(RefusedByRule, code="former-code"):
    """A code was to be given to a record, and was formerly another's."""

    default_why = "A former code stays an alias of its record, and is never given to another."


def refuse_taken(uow: UnitOfWork, kind: str, code: str, *, but: str | None = None) -> None:
    """Refuse a code that is or was one of another record, in any capitals.

    `but` is the code of the record that may have it. Raises `AlreadyThere` and `FormerCode`.
    """
    try:
        found = uow.seek_record(kind, code)
    except AmbiguousCode as error:
        raise AlreadyThere(f"The code {code} is taken.", next_step=error.default_next) from None
    if found is None or found.record.code == but:
        return
    held = found.record
    if normalised_code(held.code) != normalised_code(code):
        raise FormerCode(
            f"The code {code} was that of {kind} {held.code} ({title_of(uow, kind, held)}).",
            next_step=f"See it with: cityfund {kind} show {held.code}; or choose another code.",
        )
    raise AlreadyThere(
        f"{kind.capitalize()} {held.code} is there already: {title_of(uow, kind, held)}.",
        next_step=f"Change it with: cityfund {kind} edit {held.code}; or choose another code.",
    )


def require_free(uow: UnitOfWork, kind: str, code: str) -> None:
    """Refuse a typed code that is taken, or that could be taken for another.

    Raises `AlreadyThere`, `FormerCode`, `MixedScripts` and `ConfusableCode`.
    """
    refuse_taken(uow, kind, code)
    codes = (*codes_of(uow.connection, kind), *former_codes(uow.connection, kind))
    refuse_confusable(kind, code, CodeShapes(codes))


class MixedScripts(InvalidInput, code="mixed-scripts"):
    """A new code has letters of several scripts, which read as one word of one script."""

    default_why = "A letter of another script can look like one of the first."
    default_next = "Choose a code in one script, such as a short one in Latin letters."


class ConfusableCode(RefusedByRule, code="confusable-code"):
    """A new code looks like one that is there in another script."""

    default_why = "On paper and on screens the two could not be told apart."
    default_next = "Use the code that is there, or choose one that looks different."


def refuse_confusable(kind: str, code: str, shapes: CodeShapes) -> None:
    """Refuse a new code that mixes scripts or looks like one that is there.

    Raises `MixedScripts` and `ConfusableCode`.
    """
    if mixes_scripts(code):
        scripts = ", ".join(sorted(map(str.capitalize, scripts_of(code))))
        raise MixedScripts(f"The code {code} has letters of several scripts: {scripts}.")
    alike = shapes.alike(code)
    if alike is not None:
        raise ConfusableCode(f"The code {code} looks like {kind} {alike}, in another script.")


def title_of(uow: UnitOfWork, kind: str, record: Any) -> str:
    """Say in a few words what a record is."""
    if kind == "need":
        return f"{record.factor} for {uow.record('project', record.project).title}"
    if kind == "offer":
        return f"{record.factor} of {uow.record('provider', record.provider).name}"
    if kind == "approach":
        return f"need {record.need} to provider {record.provider}"
    if kind == "instalment":
        return f"due on {record.due_on} of deal {record.deal}"
    if kind == "partnership":
        return f"{record.kind} of {record.city} and {record.with_city}"
    title = REGISTERS[kind].title
    return str(getattr(record, title) if title is not None else record.code)


def resolve_references(uow: UnitOfWork, kind: str, cells: dict[str, str]) -> None:
    """Spell every code the cells name as the register has it.

    Raises `UnknownCode` with the nearest codes, `BadOrigin`, and `ParentWithdrawn`.
    """
    spec = REGISTERS[kind]
    if spec.origin is not None and cells.get(spec.origin.name):
        cells[spec.origin.name] = known_origin(uow, cells[spec.origin.name]) or ""
    if kind == IDENTIFIER.name and cells.get("record") and cells.get("table"):
        register = IDENTIFIED_TABLES.get(cells["table"].casefold())
        if register is not None:
            cells["record"] = uow.find_record(register, cells["record"]).record.code
    if spec.found_by and cells.get("record"):
        typed_record = cells["record"]
        if cells.get("kind") and ":" not in typed_record:
            typed_record = f"{cells['kind']}:{typed_record}"
        uow.flush_registers()
        key = find_named(uow.connection, typed_record, kinds_of(spec))
        cells |= {"kind": key.kind, "record": code_of(uow.connection, key)}
    for column, other in spec.references.items():
        if not cells.get(column):
            continue
        typed = [part.strip() for part in cells[column].split(";")]
        records = [uow.find_record(other, code).record for code in typed if code]
        cells[column] = ";".join(record.code for record in records)
        if column in spec.parents:
            refuse_withdrawn(uow, other, records[0])


def require_one_owner(uow: UnitOfWork, owner: Owner) -> None:
    """Refuse a second owner of a record. Raises `AlreadyThere`."""
    uow.flush_registers()
    for code, stored in load_where(uow.connection, OWNER.name, "record", [owner.record]).items():
        held = stored.record
        if held.kind == owner.kind and not held.withdrawn and code != owner.code:
            raise AlreadyThere(
                f"{held.actor} looks after {held.kind} {held.record} already.",
                why="A record has one owner at a time.",
                next_step=f"Name another with: cityfund owner edit {code} {owner.actor}",
            )


def refuse_withdrawn(uow: UnitOfWork, kind: str, record: Any) -> None:
    """Refuse a parent that is no longer in use, or one whose own parent is no longer.

    Where a record cannot be withdrawn itself, as a project, its parent decides. Raises
    `ParentWithdrawn`.
    """
    spec = REGISTERS[kind]
    if not spec.can_be_withdrawn:
        for column in spec.parents:
            other = spec.references[column]
            refuse_withdrawn(uow, other, uow.record(other, getattr(record, column)))
    elif record.withdrawn:
        raise ParentWithdrawn(
            f"{kind.capitalize()} {record.code} ({title_of(uow, kind, record)}) is "
            f"{spec.out_of_use}.",
            why=f"Nothing new is put under a {kind} that is {spec.out_of_use}.",
            next_step=f"Name another {kind}, or bring it back: "
            f"cityfund {kind} {spec.leaving[1]} {record.code}",
        )


def is_the_fund(record: Provider | City, offices: Iterable[Office]) -> bool:
    """Say whether a record is the fund itself: by a name of it, or an office's code or name.

    A city can have the name by which an office is coded: it is one by its own name or code alone.
    """
    offices = list(offices)
    names = THE_FUND | {_bare(one.name) for one in offices}
    codes = names | {_bare(one.code) for one in offices}
    named = _bare(record.name)
    return _bare(record.code) in codes or named in (names if isinstance(record, City) else codes)


def refuse_the_fund(record: Provider | City, offices: Iterable[Office]) -> None:
    """Refuse the fund as a provider or a city: it holds nothing. Raises `BrokerNotBank`."""
    if is_the_fund(record, offices):
        raise BrokerNotBank(f"{record.name} ({record.code}) is the fund itself.")


_PARTIES: Final = {"partnership": ("city", "with_city")}
"""The columns of a register that name its parties."""


def refuse_the_fund_as_party(uow: UnitOfWork, kind: str, cells: Mapping[str, str]) -> None:
    """Refuse the fund or an office, typed in the place of a city. Raises `BrokerNotBank`."""
    for column in _PARTIES.get(kind, ()):
        typed = cells.get(column, "")
        if _bare(typed) in _names_of_the_fund(uow) and not _is_city(uow, typed):
            raise BrokerNotBank(
                f"{typed} is the fund itself, and no city.",
                next_step="Name the two cities; an office is hosted by one of them.",
            )


def _names_of_the_fund(uow: UnitOfWork) -> frozenset[str]:
    offices = offices_of(uow).values()
    return THE_FUND | {_bare(text) for one in offices for text in (one.code, one.name)}


def _is_city(uow: UnitOfWork, typed: str) -> bool:
    return uow.seek_record("city", typed) is not None


def offices_of(uow: UnitOfWork) -> dict[str, Office]:
    """Read the fund's offices by code."""
    uow.flush_registers()
    return {code: kept.record for code, kept in load_all(uow.connection, "office").items()}


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


class SharedAlready(RefusedByRule, code="shared-already"):
    """A need was to become indivisible while it has deals with several offers."""

    default_why = "All that is held, committed or delivered in an indivisible need is of one offer."


def require_one_offer(uow: UnitOfWork, need: Account) -> None:
    """Refuse to make a need indivisible that has deals with several offers."""
    offers = uow.accounts.outstanding_elsewhere("", need.code)
    if len(offers) > 1:
        raise SharedAlready(
            f"Need {need.code} has deals with {len(offers)} offers: {', '.join(offers)}.",
            next_step=f"Release all but one of their deals first: cityfund need show {need.code}",
        )
