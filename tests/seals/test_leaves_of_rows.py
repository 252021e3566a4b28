"""The bytes that are sealed are the canonical ones, whatever road they are made by."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from copying import written_by_request
from record_leaves import (
    Provenance,
    Salts,
    canonical_proposal,
    canonical_rate,
    canonical_request,
    leaves_of_records,
    read_salts,
)
from sealed_world import Sealed
from sqlalchemy import Connection, select
from world import World

from ledger.evidence.disclosures import COMMON_FIELDS
from ledger.evidence.tree_head import REQUEST_KIND, Leaf
from ledger.rates.rates import Rate
from ledger.store.db import tables
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.registers import LEAF_PLACES, STORED_REGISTERS

MOMENT = datetime(2026, 11, 23, 8, 17, 13, 42, tzinfo=UTC)
PROVENANCE = Provenance("key-1", "leila", "lmoradi", "mashhad-3")
EVERY = 10**9


def leaves(world: World, after: int = 0, through: int = EVERY) -> list[Leaf]:
    with world.ledger.read() as connection:
        return list(stream_leaves(connection, after, through))


def test_a_request_has_these_bytes_for_ever() -> None:
    got = canonical_request(
        "deal introduce", '{"offer": "O-1"}', "cityfund 0.1.0", MOMENT, PROVENANCE, '{"entry": 17}'
    )
    assert got == (
        b'{"$":"cityfund.request/1","command":"deal introduce","input":"{\\"offer\\": \\"O-1\\"}",'
        b'"program":"cityfund 0.1.0","receipt":"{\\"entry\\": 17}",'
        b'"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"}}'
    )


def test_a_rate_has_these_bytes_for_ever() -> None:
    rate = Rate(date(2026, 3, 1), "USD", "EUR", Decimal("0.90"), "a letter")
    got = canonical_rate(7, rate, MOMENT, PROVENANCE, withdrawn=True)
    assert got == (
        b'{"$":"cityfund.rate/1","base":"USD","day":"2026-03-01","number":"7","quote":"EUR",'
        b'"rate":"0.90","recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"},'
        b'"source":"a letter","withdrawn":true}'
    )


def test_leaves_of_entries_and_versions_are_those_made_of_records(sealed: World) -> None:
    due = {leaf.name.removesuffix(", version 1"): leaf.content for leaf in
           leaves_of_records(sealed.url)}  # fmt: skip
    made = {leaf.name.removesuffix(", version 1"): leaf.content for leaf in leaves(sealed)}
    assert {name: made[name] for name in due} == due


def test_leaves_of_requests_and_rates_are_those_made_of_records(sealed: World) -> None:
    made = {leaf.name: leaf.content for leaf in leaves(sealed)}
    request, receipt, rate = tables.request, tables.receipt, tables.rate
    said = (request.c.key, request.c.actor, request.c.system_user, request.c.host,
            request.c.database_user)  # fmt: skip
    with sealed.ledger.read() as connection:
        rows = connection.execute(
            select(request.c.id, request.c.command, request.c.input, request.c.program,
                   request.c.recorded_at, receipt.c.body, request.c.parent_id,
                   request.c.parent_hash, request.c.transaction_id, request.c.server_id,
                   *said).outerjoin(receipt)
        ).all()  # fmt: skip
        rates = connection.execute(
            select(request.c.id, *rate.c["id", "day", "base", "quote", "rate", "source"],
                   rate.c.recorded_at, *said).join(request)
        ).all()  # fmt: skip
        salts, given = read_salts(connection), _given_to_leaves(connection)
    with closing(sealed.raw()) as raw:
        hashes = dict(raw.execute("SELECT request_id, hash FROM receipt").fetchall())
    for number, command, typed, program, at, body, before, named, transaction, server, *who in rows:
        assert named == hashes.get(before), f"request {number}"
        parent = None if before is None else {"hash": named, "request": before}
        assert (before is None) == (number == 1)
        on_server = sealed.url.startswith("postgresql")
        assert (transaction is not None, server is not None) == (on_server, on_server)
        common = salts[number, "request", number, 0]
        terms = (command, typed, program, at, Provenance(*who), body)
        due = canonical_request(
            *terms,
            salts=Salts(common, common),
            format=2,
            parent=parent,
            hash=hashes[number],
            transaction=transaction,
            server=server,
            **given[number],
        )
        assert made[f"request {number}"] == due
    assert any(given.values())
    assert len(rates) == 2
    for by, number, day, base, quote, value, source, at, *who in rates:
        common = Salts(salts[by, "rate", number, 0], salts[by, "request", by, 0])
        terms = (number, Rate(day, base, quote, value, source), at, Provenance(*who))
        assert made[f"rate {number}"] == canonical_rate(*terms, salts=common)


def _given_to_leaves(connection: Connection) -> dict[int, dict[str, str]]:
    """Read what each request gives to several of its leaves."""
    kept, given = tables.disclosure.c, defaultdict[int, dict[str, str]](dict)
    query = select(kept.request_id, kept.field, kept.text).where(
        kept.field.in_(COMMON_FIELDS), kept.kind == LEAF_PLACES[REQUEST_KIND]
    )
    for number, field, text in connection.execute(query):
        given[number][field] = json.loads(text)
    return given


def test_every_row_that_is_kept_for_ever_has_its_leaf(sealed: World) -> None:
    found = Counter(leaf.kind for leaf in leaves(sealed))
    rows = {name: len(kept) for name, kept in sealed.rows().items()}
    due = {kind: rows[kept.versions.name] for kind, kept in STORED_REGISTERS.items()}
    due["setting"] = rows["setting_version"]
    due |= {kind: rows[kind] for kind in ("request", "entry", "unit", "rate", "proposal")}
    due["adopted"] = rows["adopted_row"]
    assert rows["adopted_row"] == rows["night_run"] + rows["night_step"] > 0
    due["rows"] = len([*written_by_request(sealed)])
    assert found == due


def test_what_one_request_wrote_stands_together_behind_it(sealed: World) -> None:
    every = leaves(sealed)
    numbers = [leaf.request for leaf in every]
    assert numbers == sorted(numbers)
    for before, leaf in zip([None, *every], every, strict=False):
        if before is None or before.request != leaf.request:
            assert (leaf.kind, leaf.reference) == ("request", str(leaf.request))
    assert leaves(sealed, 5, 9) == [leaf for leaf in every if 5 < leaf.request <= 9]


def test_the_leaves_of_both_engines_stand_in_one_order(sealed_once: Sealed) -> None:
    world = World(sealed_once.url)
    kinds = list(dict.fromkeys(leaf.kind for leaf in leaves(world, 0, 1)))
    assert kinds == ["request", "office", "unit"]
    units = [leaf.reference for leaf in leaves(world, 0, 1) if leaf.kind == "unit"]
    assert units == sorted(units)
    world.ledger.engine.dispose()


def test_the_leaf_of_a_proposal_is_made_of_all_its_rows(sealed: World) -> None:
    made = {leaf.name: leaf.content for leaf in leaves(sealed)}
    rows = {name: [dict(row._mapping) for row in read] for name, read in _proposals(sealed).items()}
    (kept,) = rows["proposal"]
    codes = {
        kind: {row["id"]: row["code"] for row in rows[kind]}
        for kind in ("need", "offer", "project")
    }
    record = {
        name: value
        for name, value in kept.items()
        if name not in {"id", "code", "folded", "number", "lines", "reason", "request_id",
                        "recorded_at"}
    }  # fmt: skip
    record["lines"] = [
        {
            "line": row["line"], "rate": row["rate"],
            "need": codes["need"][row["need_id"]], "offer": codes["offer"][row["offer_id"]],
            **{name: row[name] for name in
               ("need_amount", "need_unit", "offer_amount", "offer_unit")},
        }
        for row in rows["proposal_line"]
    ]  # fmt: skip
    record["projects"] = [
        {"project": codes["project"][row["project_id"]], "weight": row["weight"]}
        for row in rows["proposal_project"]
    ]
    request = next(row for row in rows["request"] if row["id"] == kept["request_id"])
    said = Provenance(*(request[name] for name in Provenance._fields))
    with sealed.ledger.read() as connection:
        common = read_salts(connection)[request["id"], "request", request["id"], 0]
    terms = (kept["code"], record, kept["recorded_at"], said, kept["reason"])
    due = canonical_proposal(*terms, salts=Salts({}, common))
    assert record["lines"]
    assert made[f"proposal {kept['code']}"] == due


def _proposals(world: World) -> dict[str, Sequence[Any]]:
    names = ("proposal", "proposal_line", "proposal_project", "need", "offer", "project", "request")
    known = tables.metadata.tables
    with world.ledger.read() as connection:
        return {name: connection.execute(select(known[name])).all() for name in names}
