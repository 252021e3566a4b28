"""Logging a project together with its needs, in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.core.errors import InvalidInput, LedgerError
from ledger.core.factors import Factor, Side
from ledger.core.quantity import Unit, find_unit, parse_quantity
from ledger.core.suggest import did_you_mean
from ledger.journal.receipts import Receipt
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.origins import note_origin
from ledger.usecases.receipt_terms import Terms, recorded_terms
from ledger.usecases.registers.measured import declare
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import add_record

_FACTORS = tuple(factor.value for factor in Factor)
_GRAMMAR = 'Write FACTOR QUANTITY [TOPIC], such as --need "expertise 120 person-day metro".'


class BadNeed(InvalidInput, code="bad-need"):
    """A need given with its project cannot be read."""

    default_why = "A need is a factor, a quantity with its unit (or ? for not known), and a topic."
    default_next = _GRAMMAR


def add_project(
    uow: UnitOfWork, typed_terms: TypedTerms, needs: Sequence[str] = (), *, as_new: bool = True
) -> Receipt:
    """Add a project and its needs, each typed as `FACTOR QUANTITY [TOPIC]`.

    Raises what adding to a register does, and `BadNeed` naming the need that cannot be read.
    """
    terms = [read_need(text, uow.units) for text in needs]
    project = add_record(uow, "project", typed_terms, as_new=as_new)
    needs_added: list[Terms] = []
    for text, need in zip(needs, terms, strict=True):
        shown = dict.fromkeys(("factor", "quantity", "unit", "topic"), f'--need "{text}"')
        code = declare(uow, Side.NEED, TypedTerms({**need, "project": project.code}, shown))
        needs_added.append(
            recorded_terms(uow, "need", uow.accounts.account(Side.NEED, code).record)
        )
    note_origin(uow, "project", project)
    recorded = recorded_terms(uow, "project", project)
    if needs_added:
        recorded["needs"] = needs_added
    return uow.receipt(recorded=recorded)


def read_need(text: str, units: Mapping[str, Unit]) -> dict[str, str]:
    """Read `money 40M EUR`, `expertise 120 person-day metro` or `money ? EUR` as terms.

    Raises `BadNeed` naming the whole text.
    """
    factor, *words = text.split() or [""]
    if factor.casefold() not in _FACTORS:
        raise BadNeed(
            f"--need {text!r}: {factor!r} is no factor.",
            why=f"The factors are {', '.join(_FACTORS)}.",
            next_step=did_you_mean(factor, _FACTORS) or None,
        )
    if not words:
        raise BadNeed(f"--need {text!r}: the quantity is missing.")
    try:
        count = _quantity_words(words, units)
    except LedgerError as error:
        what = f"--need {text!r}: {error.what.removesuffix('.')}."
        raise BadNeed(what, why=error.why or None, next_step=error.next_step or None) from error
    quantity, topic = " ".join(words[:count]), " ".join(words[count:])
    return {"factor": factor, "quantity": quantity, "topic": topic}


def _quantity_words(words: list[str], units: Mapping[str, Unit]) -> int:
    """Count the words of the quantity: the longest beginning that is one, so none is cut short."""
    if words[0].startswith("?"):
        return _unknown_words(words, units)
    for count in range(len(words), 0, -1):
        try:
            parse_quantity(" ".join(words[:count]), units)
        except LedgerError:
            continue
        return count
    parse_quantity(" ".join(words[:2]), units)
    raise AssertionError(words)


def _unknown_words(words: list[str], units: Mapping[str, Unit]) -> int:
    if words[0] != "?":
        find_unit(words[0].removeprefix("?"), units)
        return 1
    if len(words) == 1:
        raise BadNeed(
            "a quantity that is not known yet still names its unit.",
            next_step='Name it behind the question mark: "money ? EUR".',
        )
    find_unit(words[1], units)
    return 2
