"""Attempts to break the ledger's rules in SQL: at least one for every guard.

They run on a filled ledger, each in a transaction of its own that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Table

from ledger.core.quantity import MAX_AMOUNT
from ledger.registers.table import origin_kinds
from ledger.store.db import approval_tables, night_tables, tables
from ledger.store.db.night_tables import finding_event, night_run, night_step, statement_line

_NEW = 1_000_000
"""Added to an id: far from any that a filled ledger has."""

_BY_ANY = ""
_LATER = "(SELECT max(id) + 1 FROM entry)"
_DEAL = "(SELECT min(id) FROM deal)"
_NEED = f"(SELECT need_id FROM deal WHERE id = {_DEAL})"
_LONG_AGO = "'2000-01-01'"


class Attempt(NamedTuple):
    """Statements of which the last must be refused, in words that hold `refusal`.

    `guards` names those that this one proves; where it is a constraint's, it names none.
    """

    guards: tuple[str, ...]
    statements: tuple[str, ...]
    refusal: str = _BY_ANY


def attempts(dialect: str) -> Iterator[Attempt]:
    """Give every attempt on an engine."""
    for table in tables.append_only_tables():
        yield from _on_append_only(table, dialect)
        if table.name.endswith("_version"):
            hole = _copy(table, version=f"version + {_NEW}")
            yield Attempt((f"{table.name}_follows",), (hole,), "one after another")
        if "origin_kind" in table.c:
            yield from _on_origins(table)
    yield from _on_identities()
    yield from _on_balances(dialect)
    yield from _on_entries(dialect)
    yield from _on_holders(dialect)
    yield from _on_movements(dialect)
    yield from _on_proposals()
    yield from _on_nights()
    yield from _on_approvals()
    apart = _copy(night_tables.sealed_leaf, position=f"position + {_NEW}", reference="'x'")
    yield Attempt(("sealed_leaf_follows",), (apart,), "one after another")
    no_more = _copy(night_tables.seal, number="number + 1")
    yield Attempt(("seal_follows",), (no_more,), "covers more than the one before it")
    yield Attempt((), ("UPDATE balance SET free = -1",))
    yield Attempt((), (f"UPDATE deal_balance SET held = {MAX_AMOUNT} + 1",))


def _on_approvals() -> Iterator[Attempt]:
    for table in (approval_tables.approval_rule, approval_tables.standing_approval):
        hole = _copy(table, version=f"version + {_NEW}")
        yield Attempt((f"{table.name}_follows",), (hole,), "added once, and ended once")
    answer = _copy(approval_tables.approval_answer, approval_id=f"approval_id + {_NEW}")
    yield Attempt(("approval_answer_is_anothers",), (answer,), "by another identity only")
    use = _copy(approval_tables.approval_use, request_id=f"request_id + {_NEW}")
    yield Attempt(("approval_use_is_covered",), (use,), "by another identity only")
    answered = "(SELECT min(request_id) FROM approval_answer)"
    kept = _copy(tables.erasure, erased_request=answered, field="'system_user'", place="999")
    yield Attempt(("erasure_keeps_identities",), (kept,), "keeps the identities")


def _on_append_only(table: Table, dialect: str) -> Iterator[Attempt]:
    name, key = table.name, table.primary_key.columns.keys()[0]
    says = f"guard: {name} "
    update = f'UPDATE {name} SET "{key}" = "{key}"'
    yield Attempt((f"{name}_refuses_update",), (update,), says)
    yield Attempt((f"{name}_refuses_delete",), (f"DELETE FROM {name}",), says)
    if dialect == "postgresql":
        yield Attempt((f"{name}_refuses_truncate",), (f"TRUNCATE {name} CASCADE",), says)
    else:
        replace = f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"
        yield Attempt((f"{name}_refuses_replace",), (replace,), says)


def _on_origins(table: Table) -> Iterator[Attempt]:
    name, register = table.name, table.name.removesuffix("_version")
    owner = f"{register}_id"
    newest = f"(SELECT max(version) FROM {name} AS own WHERE own.{owner} = {name}.{owner})"
    lost = _copy(table, version=f"{newest} + 1", origin_kind="'approach'", origin_id=f"-{_NEW}")
    yield Attempt((f"{name}_names_an_origin",), (lost,), "names an origin that is not there")
    if register in origin_kinds():
        itself = {"origin_kind": f"'{register}'", "origin_id": owner}
        circle = _copy(table, version=f"{newest} + 1", **itself)
        yield Attempt((f"{name}_comes_from_another",), (circle,), "leads back to the record")


def _on_identities() -> Iterator[Attempt]:
    for table, former in (
        (tables.city, "C-2"),
        (tables.provider, "P-2"),
        (tables.project, "PRJ-2"),
    ):
        changes = tables.metadata.tables[f"{table.name}{tables.IDENTITY_CHANGE}"]
        terms = {"code": f"'{former}'", "folded": f"'{former.lower()}'"}
        taken = _copy(table, id=f"id + {_NEW}", **terms)
        yield Attempt((f"{table.name}_takes_free_code",), (taken,), "takes no former code")
        again = _copy(changes, version=f"version + {_NEW}")
        yield Attempt((f"{changes.name}_follows",), (again,), "that can be made only")


def _on_balances(dialect: str) -> Iterator[Attempt]:
    for table, keeps in (
        (tables.balance, "balance_keeps_holder"),
        (tables.deal_balance, "deal_balance_keeps_deal"),
    ):
        name, key = table.name, table.primary_key.columns.keys()[0]
        says = f"guard: {name} rows"
        yield Attempt((f"{name}_refuses_delete",), (f"DELETE FROM {name}",), says)
        owner = f"UPDATE {name} SET {key} = {key} + {_NEW}"
        yield Attempt((keeps,), (owner,), says)
        if dialect == "postgresql":
            truncate = f"TRUNCATE {name}"
            yield Attempt((f"{name}_refuses_truncate",), (truncate,), says)
            full = _copy(table, held="held + 1")
            yield Attempt((f"{name}_starts_at_zero",), (full,), says)
        else:
            again = f"INSERT OR REPLACE INTO {name} SELECT * FROM {name}"
            yield Attempt((f"{name}_refuses_replace",), (again,), says)


def _on_entries(dialect: str) -> Iterator[Attempt]:
    server = dialect == "postgresql"
    no_act = _copy(tables.entry, id=_LATER, act="'wish'", reverses="NULL")
    yield Attempt(_either(server, "entry_is_in_order", "entry_is_an_act"), (no_act,), "no such act")
    undone = _copy(
        tables.entry,
        id=_LATER, act="'reverse'", deal_id="NULL", reverses="id", effective_on=_LONG_AGO,
    )  # fmt: skip
    by_reversed = _either(server, "entry_is_in_order", "entry_follows_reversed")
    yield Attempt(by_reversed, (undone,), "dated before the entry it reverses")
    twice = [
        _copy(
            tables.entry,
            id=f"{_LATER} + {time}", act="'reverse'", deal_id="NULL", reverses="id",
        )
        for time in (0, 1)
    ]  # fmt: skip
    once = _either(server, "entry_is_in_order", "entry_is_reversed_once")
    yield Attempt(once, tuple(twice), "reversed already")


def _on_holders(dialect: str) -> Iterator[Attempt]:
    for table, other in ((tables.need, tables.offer), (tables.offer, tables.need)):
        holder = f"(SELECT min(id) FROM {other.name})"
        taken = _copy(table, id=holder, **_NEW_CODE)
        yield Attempt((f"{table.name}_is_its_own_holder",), (taken,), "takes a holder of")
    for_nothing = _copy(tables.deal, id=f"id + {_NEW}", rate="'0'", **_NEW_CODE)
    yield Attempt(("deal_joins_one_factor",), (for_nothing,), "a rate above zero")
    if dialect == "postgresql":
        no_number = _copy(tables.rate, id=f"id + {_NEW}", rate="'NaN'")
        yield Attempt(("rate_is_a_number",), (no_number,), "a rate is a number")
    closed = "INSERT INTO allowed_move VALUES ('deliver', 'need', 'open', 'delivered')"
    yield Attempt(("allowed_move_is_closed",), (closed,), "allowed moves is closed")
    # A new holder, a new deal: that their rows of stages are there, a second one shows.
    holder = _copy(tables.holder, id=f"id + {_NEW}")
    stages = "INSERT INTO balance SELECT max(id), 0, 0, 0, 0, 0, 0 FROM holder"
    yield Attempt(("holder_has_balance",), (holder, stages))
    deal = _copy(tables.deal, id=f"id + {_NEW}", **_NEW_CODE)
    for side in ("need", "offer"):
        kept = f"INSERT INTO deal_balance SELECT max(id), '{side}', 0, 0, 0 FROM deal"
        yield Attempt(("deal_has_balance",), (deal, kept))


def _on_movements(dialect: str) -> Iterator[Attempt]:
    server = dialect == "postgresql"
    allowed = _either(server, "movement_is_kept", "movement_is_allowed")
    not_allowed = "this movement is not allowed"
    withdraw = _entry("withdraw")
    for wrong in (
        {"to_stage": "'delivered'"},
        {"unit": "'USD'"},
        {"effective_on": _LONG_AGO},
        {"line": "7"},
        {"deal_id": _DEAL},
    ):
        yield Attempt(allowed, (withdraw, _movement(**wrong)), not_allowed)
    much = _movement(amount=f"{MAX_AMOUNT}")
    yield Attempt(_either(server, "movement_is_kept", "movement_keeps_balance"), (withdraw, much))
    # The need holds enough, though not in this deal.
    release = _entry("release", deal=_DEAL)
    held = f"(SELECT held FROM balance WHERE holder_id = {_NEED})"
    more = _movement(deal_id=_DEAL, from_stage="'held'", to_stage="'open'", amount=held)
    of_deal = _either(server, "movement_is_kept", "movement_keeps_deal_balance")
    yield Attempt(of_deal, (release, more))
    early = _entry("withdraw", day=_LONG_AGO)
    before = _movement(effective_on=_LONG_AGO)
    timeline = _either(server, "movement_is_kept", "movement_keeps_timeline")
    yield Attempt(timeline, (early, before), "on the timeline of effective dates")


def _on_proposals() -> Iterator[Attempt]:
    beyond = _copy(tables.proposal_line, line=f"line + {_NEW}")
    yield Attempt(("proposal_line_was_announced",), (beyond,), "the proposal has no such line")
    other = _copy(tables.introduced_line, entry_id="(SELECT min(id) FROM entry)", line="line + 1")
    says = "this entry does not introduce that line"
    yield Attempt(("introduced_line_is_its_entrys",), (other,), says)


def _on_nights() -> Iterator[Attempt]:
    at_once = _copy(night_run, id=f"id + {_NEW}")
    yield Attempt(("night_run_follows",), (at_once,), "takes runs one after another only")
    unasked = _copy(night_step, name="'seal'")
    says = "takes the steps that the run was asked for only"
    yield Attempt(("night_step_was_asked_for",), (unasked,), says)
    beyond = _copy(statement_line, position=f"position + {_NEW}")
    says = "takes lines that the statement announced only"
    yield Attempt(("statement_line_was_announced",), (beyond,), says)
    too_soon = _copy(finding_event, number="number + 1", event="'reopened'")
    says = "takes what can happen to the finding next only"
    yield Attempt(("finding_event_follows",), (too_soon,), says)


_NEW_CODE = {"code": "'compatibility-x'", "folded": "'compatibility-x'", "number": "NULL"}


def _either(server: bool, there: str, here: str) -> tuple[str, ...]:
    return (there if server else here,)


def _copy(table: Table, where: str = "1 = 1", **changed: str) -> str:
    """Write an insert of a row like one that is there, but for some columns."""
    names = ", ".join(f'"{name}"' for name in _names(table.columns))
    values = ", ".join(
        changed.get(name, f'"{name}"') for name in _names(table.columns)
    )  # fmt: skip
    first = ", ".join(f'"{name}"' for name in _names(table.primary_key.columns))
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name}"
        f" WHERE {where} ORDER BY {first} LIMIT 1"
    )


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [column.name for column in columns]


def _entry(act: str, *, deal: str = "NULL", day: str = "effective_on") -> str:
    """Write an insert of an entry of one line, dated as the last one."""
    return _copy(
        tables.entry,
        "id = (SELECT max(id) FROM entry)",
        id=_LATER, act=f"'{act}'", deal_id=deal, effective_on=day, reverses="NULL", lines="1",
    )  # fmt: skip


def _movement(**changed: str) -> str:
    """Write an insert of the last entry's one movement: an allowed withdrawal of a need."""
    row = {
        "entry_id": "entry.id",
        "line": "1",
        "holder_id": _NEED,
        "deal_id": "NULL",
        "unit": "'EUR'",
        "from_stage": "'open'",
        "to_stage": "'withdrawn'",
        "amount": "1",
        "effective_on": "entry.effective_on",
        "recorded_at": "entry.recorded_at",
        **changed,
    }
    assert row.keys() == set(tables.movement.columns.keys())
    return (
        f"INSERT INTO movement ({', '.join(row)}) SELECT {', '.join(row.values())} FROM entry"
        " WHERE id = (SELECT max(id) FROM entry)"
    )
