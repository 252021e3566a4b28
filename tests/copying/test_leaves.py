"""Every entry and every version is a leaf once, in one order, with its provenance."""

from __future__ import annotations

import json

from copying import leaves
from world import World


def bodies(world: World) -> dict[str, dict[str, object]]:
    return {leaf.name: json.loads(leaf.content) for leaf in leaves(world.url)}


def test_leaves_of_entries_come_in_order_and_every_kind_has_leaves(furnished: World) -> None:
    found = leaves(furnished.url)
    names = [leaf.name for leaf in found]
    entries = [name for name in names if name.startswith("entry ")]
    assert entries == [f"entry {entry.number}" for entry in furnished.entries()]
    assert len(names) == len(set(names))
    assert {leaf.kind for leaf in found} == {
        *("entry", "office", "city", "provider", "project", "need", "offer", "deal"),
        *("setting", "unit"),
    }


def test_every_version_there_is_has_a_leaf(furnished: World) -> None:
    rows = furnished.rows()
    versions = sum(len(found) for name, found in rows.items() if name.endswith("_version"))
    versions -= len(rows["alembic_version"])
    due = versions + len(rows["unit"]) + len(rows["entry"])
    assert len(leaves(furnished.url)) == due


def test_a_leaf_says_what_changed_why_and_who_said_it(furnished: World) -> None:
    found = bodies(furnished)
    edited = found["city MHD, version 2"]
    assert edited["$"] == "cityfund.version/1"
    assert edited["reason"] == "a letter came"
    assert edited["record"]["population"] == "3001184"
    assert edited["said"]["actor"] == "officer"
    assert edited["said"]["host"] == "office"
    assert found["setting base_currency, version 2"]["record"] == {"value": "USD"}
    assert found["unit bus"]["record"]["decimals"] == "0"
    assert found["deal D-0001, version 2"]["said"]["key"] == "note-1"
    assert found["entry 1"]["$"] == "cityfund.entry/3"


def test_a_leaf_on_a_server_names_the_database_user(furnished: World) -> None:
    said = bodies(furnished)["entry 1"]["said"]
    on_server = furnished.url.startswith("postgresql")
    assert said.get("database_user") == ("cityfund" if on_server else None)
