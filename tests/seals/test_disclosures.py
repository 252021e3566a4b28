"""Texts stand in leaves as salted hashes; a proof discloses those that it was asked to disclose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from complete_ledger import LATER, attack
from sealed_world import marks
from world import World, introduction

from cli.main import main
from ledger.evidence.disclosures import SALT_LENGTH
from ledger.evidence.proofs import DISCLOSABLE
from ledger.journal.receipts import Receipt
from ledger.store.erasable import ROW_PLACES
from ledger.store.evidence.leaves import BEFORE_ALL, stream_leaves
from ledger.store.registers import LEAF_KINDS
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts

SAID = {
    "actor": "leila",
    "system_user": "lmoradi",
    "host": "mashhad-3",
    "reason": "as the mayor wrote",
    "reference": "Letter “12” \\ of the mayor",
    "override": "agreed by both sides",
}
"""What is recorded with the entry that these tests prove; none of it stands in its leaf."""


@pytest.fixture
def proven(sealed: World) -> World:
    """Give a sealed ledger whose last entry was recorded with a text in every field."""
    sealed.offer("900 EUR", "O-0900", countries=("BR",))
    terms = {name: SAID[name] for name in ("reference", "override")}

    def introduce(uow: UnitOfWork) -> Receipt:
        opened = introduction(uow, "O-0900", "N-0001", "5 EUR", until=LATER, **terms)
        return acts.introduce(uow, opened)

    who = {name: SAID[name] for name in ("actor", "system_user", "host", "reason")}
    sealed.do(introduce, **who)
    sealed.seal()
    return sealed


def prove(world: World, path: Path, *fields: str) -> dict[str, Any]:
    """Prove the last entry to a file, disclosing some fields; give the file's content."""
    number = str(world.entries()[-1].number)
    opened = [word for field in fields for word in ("--disclose", field)]
    words = ["audit", "prove", number, "--output", str(path), *opened, "--db", world.url]
    assert main(words) == 0
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_a_proof_discloses_nothing_that_it_was_not_asked_for(proven, tmp_path):
    prove(proven, path := tmp_path / "proof.json")
    text = path.read_text(encoding="utf-8")
    assert [said for said in SAID.values() if json.dumps(said)[1:-1] in text] == []
    assert json.loads(text)["disclosed"] == {}


@pytest.mark.parametrize("field", SAID)
def test_one_field_is_disclosed_and_verified_alone(proven, tmp_path, capsys, field):
    document = prove(proven, path := tmp_path / "proof.json", field.replace("_", "-"))
    others = [said for name, said in SAID.items() if name != field]
    assert document["disclosed"].keys() == {field}
    assert [said for said in others if json.dumps(said)[1:-1] in path.read_text("utf-8")] == []

    capsys.readouterr()
    mark = str(marks(proven)[-1])
    assert main(["audit", "verify", str(path), "--seal", mark, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disclosed"] == {field: SAID[field]}
    assert main(["audit", "verify", str(path), "--seal", mark]) == 0
    assert f"Disclosed: {field}: {SAID[field].splitlines()[0]}" in capsys.readouterr().out


def test_a_disclosed_text_is_verified_by_hand_with_nothing_but_sha256(proven, tmp_path):
    """The page for auditors shows these steps."""
    document = prove(proven, tmp_path / "proof.json", "reference,actor")
    leaf = json.loads(document["leaf"])
    for field, holder in (("reference", leaf), ("actor", leaf["said"])):
        salt, text = document["disclosed"][field].values()
        told = bytes.fromhex(salt) + json.dumps(text, ensure_ascii=False).encode()
        assert hashlib.sha256(told).hexdigest() == holder[field]


@pytest.mark.parametrize(
    ("part", "value"), [("text", "sara"), ("text", ""), ("salt", "0" * (2 * SALT_LENGTH))]
)
def test_a_disclosed_text_that_is_not_the_leafs_is_refused(proven, tmp_path, capsys, part, value):
    document = prove(proven, path := tmp_path / "proof.json", "actor", "reason")
    document["disclosed"]["actor"][part] = value
    path.write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert main(["audit", "verify", str(path), "--json"]) == 4
    error = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert error["code"] == "not-proven"
    assert "actor" in error["what"]


def test_a_field_that_no_entry_has_is_not_disclosed(proven, capsys):
    words = ["audit", "prove", "1", "--disclose", "salary", "--db", proven.url, "--json"]
    with proven.unchanged():
        assert main(words) == 3
    error = json.loads(capsys.readouterr().err)
    assert error["code"] == "unknown-disclosure"
    assert all(field in error["next"] for field in DISCLOSABLE)


def test_an_empty_field_is_not_disclosed(proven, capsys):
    words = ["audit", "prove", "1", "--disclose", "override", "--db", proven.url, "--json"]
    with proven.unchanged():
        assert main(words) == 4
    assert json.loads(capsys.readouterr().err)["code"] == "nothing-to-disclose"


def test_no_leaf_holds_a_text_that_somebody_wrote(proven):
    with proven.ledger.read() as connection:
        contents = [one.content or b"" for one in stream_leaves(connection, BEFORE_ALL, 10**9)]
    every = b"\n".join(contents).decode()
    told = [row["text"] for row in disclosures(proven) if row["text"]]
    secret = {json.loads(text) for text in told if _is_long(text)}
    assert {"officer", "tester", *SAID.values()} <= secret
    assert [text for text in secret if json.dumps(text, ensure_ascii=False) in every] == []


def _is_long(text: str) -> bool:
    """Leave out names that happen to be words of the format, such as the code of a city."""
    return len(text) > len('"a bus line"') or json.loads(text) in {
        "officer",
        "tester",
        *SAID.values(),
    }


def test_every_disclosure_has_a_salt_of_its_own(proven):
    rows = disclosures(proven)
    assert {len(row["salt"]) for row in rows} == {SALT_LENGTH}
    assert len({bytes(row["salt"]) for row in rows}) == len(rows)
    names = {**dict(enumerate(LEAF_KINDS)), **{place: name for name, place in ROW_PLACES.items()}}
    kinds = {names[row["kind"]] for row in rows}
    assert {"request", "entry", "office", "city", "provider", "project", "need", "deal"} <= kinds
    assert {"statement", "statement_line", "finding"} <= kinds


def test_a_repeated_request_and_a_dry_run_disclose_nothing_more(sealed):
    sealed.revise("need", "N-0001", "9101 EUR")
    before = disclosures(sealed)
    sealed.introduce("1 EUR", key="letter-7", until=LATER, rate=Decimal("1.085"))
    sealed.do(lambda uow: uow.set_setting("base_currency", "EUR"), dry_run=True, reason="why")
    assert disclosures(sealed) == before


TAMPERED = {
    # The row's own salt may be the largest of all, which would change nothing.
    "a salt": "UPDATE disclosure SET salt = "
    "(SELECT max(salt) FROM disclosure WHERE NOT ({row})) WHERE {row}",
    "a text": "UPDATE disclosure SET text = '[another]' WHERE {row}",
    "a row taken away": "DELETE FROM disclosure WHERE {row}",
}


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.parametrize("kind", ["request", "entry", "city", "project"])
def test_a_changed_disclosure_is_named_by_the_check_of_seals(proven, what, kind):
    place = LEAF_KINDS.index(kind)
    row = next(one for one in disclosures(proven) if one["kind"] == place)
    key = ("request_id", "kind", "record", "version", "place")
    attack(proven.url, TAMPERED[what].format(row=" AND ".join(f"{it} = {row[it]}" for it in key)))
    (result,) = run_checks(proven.ledger, ["seals"], marks(proven))
    assert not result.ok
    named = {"city": "city MHD, version 1", "project": "project PRJ-0001, version 1"}
    assert any(named.get(kind, f"{kind} {row['record']}") in it for it in result.failures)


@pytest.mark.parametrize("what", ["a text", "a row taken away"])
@pytest.mark.parametrize("kind", ["request", "entry", "offer"])
def test_a_changed_disclosure_that_no_seal_covers_is_named_too(sealed, what, kind):
    sealed.offer("900 EUR", "O-0901", note="no debt")
    rate = Decimal("1.085")
    sealed.introduce("1 EUR", until=LATER, rate=rate, reference="letter 9", override="agreed")
    (result,) = run_checks(sealed.ledger, ["seals"])
    assert result.ok
    place = LEAF_KINDS.index(kind)
    row = [one for one in disclosures(sealed) if one["kind"] == place and one["text"]][-1]
    key = ("request_id", "kind", "record", "version", "place")
    attack(sealed.url, TAMPERED[what].format(row=" AND ".join(f"{it} = {row[it]}" for it in key)))
    (result,) = run_checks(sealed.ledger, ["seals"])
    assert not result.ok
    assert all("is not sealed, and its rows and disclosures" in it for it in result.failures)


def test_the_reason_of_a_request_is_disclosed_once_for_all_its_leaves(sealed):
    sealed.offer("900 EUR", "O-0901")
    sealed.withdraw("offer", "O-0901", reason="the bank closed")
    told = [row for row in disclosures(sealed) if row["text"] == '"the bank closed"']
    assert [(LEAF_KINDS[row["kind"]], row["field"]) for row in told] == [("request", "reason")]


def disclosures(world: World) -> list[Mapping[str, Any]]:
    """Read the table in the order of its key."""
    with closing(world.raw()) as raw:
        order = "request_id, kind, record, version, place"
        return raw.rows(f"SELECT * FROM disclosure ORDER BY {order}")


def test_inputs_and_receipts_stand_once_and_their_disclosures_hold_salts(sealed):
    sealed.revise("need", "N-0001", "9101 EUR")
    fields = {row["field"] for row in disclosures(sealed) if not row["text"]}
    assert fields == {"input", "receipt"}


def test_an_export_holds_no_salt_and_nothing_that_was_typed(proven: World, tmp_path: Path) -> None:
    """Backups and copies carry disclosures; what others are given does not."""
    assert main(["export", str(tmp_path / "out"), "--db", proven.url]) == 0
    written = b"".join(
        bytes(one.name, "utf-8") + one.read_bytes()
        for one in (tmp_path / "out").rglob("*")
        if one.is_file()
    )
    assert b"O-0900" in written
    with closing(proven.raw()) as raw:
        salts = [bytes(one["salt"]) for one in raw.rows("SELECT salt FROM disclosure")]
        typed = [str(one["input"]).encode() for one in raw.rows("SELECT input FROM request")]
    assert salts
    assert not [one for one in salts if one in written or one.hex().encode() in written]
    assert not [one for one in typed if len(one) > 4 and one in written]
    assert not [name for name in ("system_user", "host") if SAID[name].encode() in written]
