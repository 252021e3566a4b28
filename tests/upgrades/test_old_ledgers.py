"""A ledger recorded by an earlier version upgrades, answers as it did, and keeps its evidence.

`ledger_0_1_0.sql` is a ledger that version 0.1.0 recorded, as SQL; `answers_0_1_0.json` is what
that version answered to each command, and `proof_0_1_0.json` its proof of entry 9. An answer may
gain keys; it never loses or changes one.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
import shared_schema
import time_machine
from ledgers import SqliteLedgers

from cli.main import main
from ledger.usecases.admin.copy import copy_ledger
from migrations.views import views

pytestmark = pytest.mark.migrates

HERE = Path(__file__).parent
ANSWERS = json.loads((HERE / "answers_0_1_0.json").read_text(encoding="utf-8"))
LAST_SEAL = "242:5c2831ac6435f4439351e27fb30c2928956e4197e91f84326e75398d62d7cf13"
FIRST_SEAL = "226:d0121e26b964eb205326163d356304499e59b3476e5044e5c95a54664a30f8ee"
DAY_AFTER = "2026-11-29T12:00:00+00:00"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Restore the recorded ledger into a file and upgrade it, once for all tests; give the file."""
    path = tmp_path_factory.mktemp("upgraded") / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")  # a dump does not carry the mode of the file
        database.executescript((HERE / "ledger_0_1_0.sql").read_text(encoding="utf-8"))
    with shared_schema.not_shared(), time_machine.travel(DAY_AFTER, tick=True):
        assert main(["db", "upgrade", "--db", f"sqlite:///{path}"]) == 0
    SqliteLedgers(path.parent).settle(f"sqlite:///{path}")
    return path


@pytest.fixture
def ledger(upgraded: Path, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a copy of the upgraded ledger, on the day after."""
    path = shutil.copy(upgraded, tmp_path)
    with time_machine.travel(DAY_AFTER, tick=True):
        yield f"sqlite:///{path}"


def changed(old: Any, new: Any, at: str = "answer") -> list[str]:
    """List what an answer lost or changed; keys it gained are fine."""
    if isinstance(old, dict) and isinstance(new, dict):
        missing = [f"{at}.{key} is gone" for key in old if key not in new]
        common = [key for key in old if key in new]
        return missing + [
            line for key in common for line in changed(old[key], new[key], f"{at}.{key}")
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [line for n, (a, b) in pairs for line in changed(a, b, f"{at}[{n}]")]
    return [] if old == new else [f"{at} was {old!r} and is {new!r}"]


@pytest.mark.parametrize("command", [one for one in ANSWERS if one != "check"])
def test_an_old_ledger_answers_as_it_did(ledger, capsys, command):
    capsys.readouterr()

    assert main([*command.split(), "--json", "--db", ledger]) == 0
    assert changed(ANSWERS[command], json.loads(capsys.readouterr().out)) == []


@pytest.mark.parametrize("seal", [FIRST_SEAL, LAST_SEAL])
def test_an_old_ledger_passes_every_check_against_its_seals(ledger, capsys, seal):
    capsys.readouterr()

    assert main(["check", "--seal", seal, "--json", "--db", ledger]) == 0
    checks = {one["name"]: one for one in json.loads(capsys.readouterr().out)["checks"]}
    assert {name for name, one in checks.items() if not one["ok"]} == set()
    examined = {one["name"]: one["examined"] for one in ANSWERS["check"]["checks"]}
    assert [name for name, count in examined.items() if checks[name]["examined"] < count] == []


@pytest.mark.parametrize("seal", [FIRST_SEAL, LAST_SEAL])
def test_an_old_entry_is_proven_against_an_old_seal(ledger, tmp_path, seal):
    proof = str(tmp_path / "proof.json")
    size = seal.partition(":")[0]

    assert main(["audit", "prove", "9", "--size", size, "--output", proof, "--db", ledger]) == 0
    assert main(["audit", "verify", proof, "--seal", seal]) == 0


def test_the_proof_of_an_old_entry_is_the_same_after_the_upgrade(ledger, tmp_path, capsys):
    """What was written before the upgrade is proven by the same bytes, which show who and where."""
    old, new = HERE / "proof_0_1_0.json", tmp_path / "proof.json"

    assert main(["audit", "verify", str(old), "--seal", LAST_SEAL]) == 0
    capsys.readouterr()
    words = ["audit", "prove", "9", "--size", LAST_SEAL.partition(":")[0]]
    assert main([*words, "--output", str(new), "--db", ledger]) == 0
    assert "recorded in an earlier format" in capsys.readouterr().err
    assert json.loads(new.read_text("utf-8")) == json.loads(old.read_text("utf-8"))


def test_a_new_entry_of_an_old_ledger_is_proven_without_names(ledger, tmp_path):
    proof = tmp_path / "proof.json"
    on = ["--on", "2026-11-29", "--actor", "sara", "--reason", "arrived", "--db", ledger]
    assert main(["deal", "deliver", "D-0001", "10 person-day", *on]) == 0
    assert main(["audit", "seal", "--db", ledger]) == 0
    with sqlite3.connect(ledger.removeprefix("sqlite:///")) as database:
        (number,) = database.execute("SELECT max(id) FROM entry").fetchone()
    database.close()

    words = ["audit", "prove", str(number), "--output", str(proof), "--db", ledger]
    assert main([*words, "--disclose", "reason"]) == 0
    document = json.loads(proof.read_text("utf-8"))
    assert document["disclosed"]["reason"]["text"] == "arrived"
    assert "sara" not in document["leaf"]
    assert main(["audit", "verify", str(proof)]) == 1, "no seal stored elsewhere was given"
    assert main(["check", "--seal", FIRST_SEAL, "--seal", LAST_SEAL, "--db", ledger]) == 0


def test_texts_of_old_leaves_are_erased_and_the_sealed_hash_is_taken(ledger, capsys):
    """Leaves of the first format hold their texts, so that no hash of them can be recomputed."""
    words = ["--reason", "asked for", "--yes", "--db", ledger]
    assert main(["audit", "erase", "entry:9", *words]) == 0
    capsys.readouterr()
    assert main(["check", "--seal", FIRST_SEAL, "--seal", LAST_SEAL, "--db", ledger]) == 0
    assert ": content erased by request " in capsys.readouterr().out
    with sqlite3.connect(ledger.removeprefix("sqlite:///")) as database:
        told = database.execute("SELECT reason, reference, override FROM entry WHERE id = 9")
        assert set(told.fetchone()) <= {None, "", "[erased]"}
        (key,) = database.execute(
            "SELECT key FROM request JOIN entry ON entry.request_id = request.id WHERE entry.id = 9"
        ).fetchone()
    database.close()
    assert main(["audit", "erase", f"request:{key}", "--field", "actor,host", *words]) == 0
    assert main(["audit", "prove", "9", "--json", "--db", ledger]) == 4
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["code"] == "text-erased"
    assert main(["audit", "seal", "--db", ledger]) == 0
    assert main(["check", "--seal", FIRST_SEAL, "--seal", LAST_SEAL, "--db", ledger]) == 0
    assert "entry 9: content erased by request " in capsys.readouterr().out


def test_an_old_leaf_whose_text_was_erased_is_sealed_as_it_is_then(ledger, capsys):
    with sqlite3.connect(ledger.removeprefix("sqlite:///")) as database:  # as if never sealed
        for name in ("sealed_leaf", "seal"):
            for what in ("refuses_delete", "refuses_update"):
                database.execute(f"DROP TRIGGER {name}_{what}")
            database.execute(f"DELETE FROM {name}")
    database.close()
    words = ["--reason", "asked for", "--yes", "--db", ledger]
    assert main(["audit", "erase", "entry:9", *words]) == 0

    assert main(["audit", "seal", "--db", ledger]) == 0
    assert main(["check", "seals", "--db", ledger]) == 0
    assert "content erased by request" not in capsys.readouterr().out


def test_an_old_ledger_keeps_its_leaves_on_another_engine(ledger, ledgers):
    url = ledgers.empty()
    copy_ledger(ledger, url, lambda _total: nullcontext(lambda _steps: None))

    assert main(["check", "--seal", FIRST_SEAL, "--seal", LAST_SEAL, "--db", url]) == 0


def test_an_old_ledger_takes_new_acts_and_seals_them(ledger, capsys):
    on = ["--on", "2026-11-29", "--db", ledger]
    assert main(["deal", "deliver", "D-0001", "10 person-day", *on]) == 0
    with time_machine.travel("2026-11-29T12:05:00+00:00"):  # past the time limit of other writers
        assert main(["audit", "seal", "--db", ledger]) == 0

    assert main(["check", "--seal", LAST_SEAL, "--db", ledger]) == 0


def test_the_views_of_an_old_ledger_are_those_of_a_new_one(ledger):
    with closing(sqlite3.connect(ledger.removeprefix("sqlite:///"))) as database:
        stored = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
    said = {name: text[text.index("CREATE VIEW") :].strip() for name, text in views().items()}
    assert stored == said


def test_a_tampered_old_ledger_is_noticed(ledger, capsys):
    """The check above can fail: one changed reference is found against the old seal."""
    with sqlite3.connect(ledger.removeprefix("sqlite:///")) as database:
        triggers = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE entry SET reference = 'Letter 13' WHERE reference = 'Letter 12'")
    database.close()

    assert main(["check", "seals", "--seal", LAST_SEAL, "--db", ledger]) == 1


def test_an_old_ledger_takes_larger_amounts_and_codes_by_any_digits(ledger, capsys):
    """The bounds of its checks are those of a new ledger, and its codes are found by any digits."""
    words = ["need", "add", "PRJ-۰۰۰۱", "money", "40000tn EUR", "--code", "N-BIG"]
    assert main(["--db", ledger, "--actor", "sara", *words]) == 0
    assert "40,000,000,000,000,000.00" in capsys.readouterr().out
    assert main(["--db", ledger, "check"]) == 0
