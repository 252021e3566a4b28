"""A ledger that was cut, rewritten or replaced by an older copy, and what shows it."""

from __future__ import annotations

import shutil

import pytest
from complete_ledger import attack
from ledgers import sqlite_file
from officer import Officer

from ledger.checks.chain import LinkRow, check_chain


def add_city(officer: Officer, code: str) -> str:
    """Record a request; give its hash as its receipt says it."""
    receipt = officer.asks(f"city add {code} --code {code} --country IR")
    request_hash = receipt["request_hash"]
    assert len(request_hash) == 64
    return str(request_hash)


def chain(officer: Officer, *words: str) -> tuple[int, str]:
    said = officer.tries("check chain", *words)
    return said.code, said.out + said.err


CUT = (
    "DELETE FROM disclosure WHERE request_id = (SELECT max(id) FROM request)",
    "DELETE FROM city_version WHERE request_id = (SELECT max(id) FROM request)",
    "DELETE FROM city WHERE request_id = (SELECT max(id) FROM request)",
    "DELETE FROM receipt WHERE request_id = (SELECT max(id) FROM request)",
    "DELETE FROM request WHERE id = (SELECT max(id) FROM request)",
)


def test_a_repeated_key_gives_the_same_hash(officer: Officer) -> None:
    line = "city add Yazd --code YAZ --country IR --key letter-7"
    first, again = officer.asks(line), officer.asks(line)
    assert again == {**first, "replayed": True}
    assert chain(officer, "--request", first["request_hash"])[0] == 0


def test_a_cut_tail_shows_against_what_the_machine_remembers(officer: Officer) -> None:
    add_city(officer, "AAA")
    last = add_city(officer, "BBB")
    assert chain(officer)[0] == 0
    attack(officer.world.url, *CUT)
    code, told = chain(officer)
    assert code == 1
    assert f"the request with the hash {last} is not there" in told


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_a_cut_tail_is_said_by(officer: Officer, command: str) -> None:
    add_city(officer, "AAA")
    last = add_city(officer, "BBB")
    assert "has been cut" not in officer.tries(command).out
    attack(officer.world.url, *CUT)
    said = officer.tries(command)
    assert f"cityfund check --request {last}" in " ".join(said.out.split())
    kept = officer.tries(f"{command} --json").out
    assert "has been cut, rewritten or replaced by an older copy" in kept


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_a_tail_recorded_anew_is_said_by(officer: Officer, command: str) -> None:
    add_city(officer, "AAA")
    last = add_city(officer, "BBB")
    attack(officer.world.url, *CUT)
    officer.world.city("BBB", country="IR")  # by somebody who remembers nothing here
    said = officer.tries(command)
    assert f"cityfund check --request {last}" in " ".join(said.out.split())


def test_a_cut_tail_shows_against_a_receipt(officer: Officer) -> None:
    add_city(officer, "AAA")
    last = add_city(officer, "BBB")
    attack(officer.world.url, *CUT)
    kept = add_city(officer, "CCC")  # remembered from now on, and recorded after what is left
    assert chain(officer, "--request", kept)[0] == 0
    code, told = chain(officer, "--request", last)
    assert (code, last in told) == (1, True)


def test_a_request_cut_from_the_middle_is_named_without_anything(officer: Officer) -> None:
    add_city(officer, "AAA")
    add_city(officer, "BBB")
    add_city(officer, "CCC")
    middle = "= (SELECT max(id) - 1 FROM request)"
    attack(
        officer.world.url,
        *(one.replace("= (SELECT max(id) FROM request)", middle) for one in CUT),
    )
    code, told = chain(officer)
    assert code == 1
    assert "before it, which is not there" in told


def test_a_rewritten_request_is_named(officer: Officer) -> None:
    add_city(officer, "AAA")
    attack(
        officer.world.url,
        "UPDATE request SET actor = 'omid' WHERE id = (SELECT max(id) FROM request)",
    )
    code, told = chain(officer)
    assert (code, "or a row that it wrote, is not what its hash was made of" in told) == (1, True)


@pytest.mark.only_on("sqlite")
def test_an_older_copy_in_place_of_the_ledger_is_noticed(officer: Officer, tmp_path) -> None:
    add_city(officer, "AAA")
    officer.world.ledger.engine.dispose()
    file, copy = sqlite_file(officer.world.url), tmp_path / "older.db"
    officer.says(f"db backup {copy}")
    last = add_city(officer, "BBB")
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    shutil.copy(copy, file)
    code, told = chain(officer)
    assert (code, last in told) == (1, True)
    said = officer.tries("city add CCC --code CCC --country IR")
    assert said.code == 0
    assert f"cityfund check --request {last}" in " ".join(said.err.split())
    assert officer.tries("city add DDD --code DDD --country IR").err == "", "once"


def test_what_is_no_hash_is_refused(officer: Officer) -> None:
    assert officer.refused("check --request 17", 3) == "malformed-request-hash"


def link(number: int, parent: int | None, own: str) -> LinkRow:
    named = None if parent is None else "a"
    return LinkRow(number, chained=True, parent=parent, parent_hash=named, hash=own, due=own)


def links(*rows: LinkRow) -> tuple[str, ...]:
    return check_chain(rows, one_writer=True).failures


def test_each_break_of_the_chain_has_its_words() -> None:
    first, second = link(1, None, "a"), link(2, 1, "b")
    third = link(3, 1, "c")
    assert links(first, second) == ()
    assert "by another hash" in links(first, second._replace(parent_hash="c"))[0]
    assert "names no request" in links(first, second._replace(parent=None, parent_hash=None))[0]
    assert "request 2 is" in links(first, second, third)[0]
    assert check_chain([first, second, third]).ok, "begun at once"
    assert "as those before it do" in links(first, second._replace(chained=False))[0]
