"""Every entry and every version is a leaf once, in one order, with its provenance."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing

from copying import leaves, written_by_request
from world import World

from ledger.evidence.disclosures import Disclosure
from ledger.evidence.tree_head import ADOPTED_KIND, ROWS_KIND
from ledger.store.registers import STORED_REGISTERS


def bodies(world: World) -> dict[str, dict[str, object]]:
    return {leaf.name: json.loads(leaf.content) for leaf in leaves(world.url)}


def disclosed(world: World) -> dict[object, str]:
    """Give the texts that stand in leaves as hashes, by their hashes."""
    with closing(world.raw()) as raw:
        rows = raw.rows("SELECT salt, text FROM disclosure WHERE text <> ''")
    made = [Disclosure(bytes(row["salt"]), str(row["text"])) for row in rows]
    return {one.hash: json.loads(one.text) for one in made}


def test_leaves_of_entries_come_in_order_and_every_kind_has_leaves(furnished: World) -> None:
    found = leaves(furnished.url)
    names = [leaf.name for leaf in found]
    entries = [name for name in names if name.startswith("entry ")]
    assert entries == [f"entry {entry.number}" for entry in furnished.entries()]
    assert len(names) == len(set(names))
    others = {"entry", "setting", "unit", ROWS_KIND, ADOPTED_KIND}
    assert {leaf.kind for leaf in found} == others | STORED_REGISTERS.keys()


def test_every_version_there_is_has_a_leaf(furnished: World) -> None:
    rows = furnished.rows()
    versions = sum(len(found) for name, found in rows.items() if name.endswith("_version"))
    versions -= len(rows["alembic_version"])
    due = versions + len(rows["unit"]) + len(rows["entry"])
    found = Counter(leaf.kind for leaf in leaves(furnished.url))
    written, adopted = found.pop(ROWS_KIND), found.pop(ADOPTED_KIND)
    assert found.total() == due
    assert written == len(written_by_request(furnished))
    assert adopted == len(rows["adopted_row"]) == len(rows["night_run"]) + len(rows["night_step"])


def test_a_leaf_says_what_changed_why_and_who_said_it(furnished: World) -> None:
    found, texts = bodies(furnished), disclosed(furnished)
    edited = found["city MHD, version 2"]
    assert edited["$"] == "cityfund.version.salted/1"
    assert texts[edited["reason"]] == "a letter came"
    assert edited["record"]["population"] == "3001184"
    assert texts[edited["said"]["actor"]] == "officer"
    assert texts[edited["said"]["host"]] == "office"
    assert found["setting base_currency, version 2"]["record"] == {"value": "USD"}
    assert found["unit bus"]["record"]["decimals"] == "0"
    assert found["deal D-0001, version 2"]["said"]["key"] == "note-1"
    assert found["entry 1"]["$"] == "cityfund.entry.salted/3"


def test_a_leaf_on_a_server_names_the_database_user(furnished: World) -> None:
    said, texts = bodies(furnished)["entry 1"]["said"], disclosed(furnished)
    on_server = furnished.url.startswith("postgresql")
    assert texts.get(said.get("database_user")) == ("cityfund" if on_server else None)
