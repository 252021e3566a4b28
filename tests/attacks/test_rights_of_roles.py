"""What the users of a server may do by their roles, each attacked past the program."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from officer import without_settings
from postgres_server import Server
from raw import Raw, Refused

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.store.admin.grants import Role

pytestmark = [pytest.mark.postgresql, pytest.mark.connects]

PASSWORD = "known-to-all-9"
OWNER = f"owner_{os.getpid()}"
DATABASE = f"rights_{os.getpid()}"
LARGEST = 2**63 - 1
IN_2100 = 4_102_444_800_000_000

UrlOf = Callable[[str], str]


def group(role: Role) -> str:
    return f"{role}s_{os.getpid()}"


def user(role: Role) -> str:
    return f"{role}_{os.getpid()}"


OFFICER, NIGHT = user(Role.OFFICER), user(Role.NIGHT)


@pytest.fixture(scope="module")
def url_of(postgresql_server: Server) -> Iterator[UrlOf]:
    """Make a ledger with its owner and a user of each role; give the URL by the user's name."""

    def url(name: str) -> str:
        address = postgresql_server.url(DATABASE).partition("@")[2]
        return f"postgresql://{name}:{PASSWORD}@{address}"

    roles = [
        f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'",
        *(f"CREATE ROLE {group(role)} NOLOGIN" for role in Role),
        *(
            f"CREATE ROLE {user(role)} LOGIN PASSWORD '{PASSWORD}' IN ROLE {group(role)}"
            for role in Role
        ),
    ]
    postgresql_server.administer(*roles)
    postgresql_server.administer(
        f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0"
    )
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("ledger.store.db.postgresql.server_moment", lambda told: told)
            yield url
    finally:
        postgresql_server.drop_database(DATABASE)
        names = [*map(user, Role), *map(group, Role), OWNER]
        postgresql_server.administer(*(f"DROP ROLE {name}" for name in names))


@pytest.fixture(scope="module")
def made(url_of: UrlOf, tmp_path_factory: pytest.TempPathFactory) -> UrlOf:
    """Set the ledger up, and grant what the program prints."""
    with pytest.MonkeyPatch.context() as patched:
        without_settings(patched, tmp_path_factory.mktemp("settings"))
        assert main(["init", "--db", url_of(OWNER), "--quiet"]) == ExitCode.DONE
    from ledger.store.admin.grants import grant_statements  # noqa: PLC0415 - beside its use

    with closing(Raw(url_of(OWNER))) as owner:
        for statement in grant_statements({role: group(role) for role in Role}, "public"):
            owner.execute(statement)
    day = [
        "city add Mashhad --code MHD --country IR",
        "provider add Bank --code BANK --kind bank",
        "project add BRT --code PRJ-0001 --city MHD --sector transport.urban",
        "need add PRJ-0001 money 2M --code N-0001",
        "offer add BANK money 3M --code O-0001",
    ]
    for line in day:
        words = [f"{word} EUR" if word in {"2M", "3M"} else word for word in line.split()]
        assert main([*words, "--db", url_of(OFFICER), "--quiet"]) == ExitCode.DONE
    return url_of


@pytest.fixture
def say(
    made: UrlOf, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, Any]]:
    """Run a command line as a user; give its exit code, and its answer as JSON."""
    without_settings(monkeypatch, tmp_path)

    def saying(name: str, *words: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*words, "--db", made(name), "--json"])
        told = capsys.readouterr()
        text = told.out or told.err.splitlines()[-1]
        return code, json.loads(text)

    return saying


def test_an_officer_can_do_a_whole_day(say: Callable[..., tuple[int, Any]], tmp_path: Path) -> None:
    refused, revision = [], ""
    table = tmp_path / "cities.csv"
    table.write_text("code,name,country\nYZD,Yazd,IR\nKRJ,Karaj,IR\n")
    for words in (
        ["deal", "introduce", "O-0001", "N-0001", "1M EUR", "--until", "2099-01-01"],
        ["deal", "commit", "D-0001", "400k EUR"],
        ["deal", "deliver", "D-0001", "100k EUR"],
        ["deal", "release", "D-0001", "100k EUR", "--reason", "smaller"],
        ["need", "edit", "N-0001", "--quantity", "3M EUR"],
        ["offer", "edit", "O-0001", "--note", "as in the letter"],
        ["need", "withdraw", "N-0001", "100k EUR", "--reason", "smaller", "--yes"],
        ["city", "edit", "MHD", "--name", "Mashhad (Khorasan)"],
        ["city", "add", "Qom", "--code", "QM", "--country", "IR"],
        ["city", "edit", "QM", "--code", "QOM"],
        ["rates", "add", "EUR", "USD", "1.1"],
        ["note", "add", "city:MHD", "a call"],
        ["import", str(table), "--yes"],
        ["approach", "add", "N-0001", "BANK"],
        ["match", "--save"],
        ["journal", "reverse", "REVISION", "--reason", "slip"],
        ["project", "add", "Tram", "--city", "MHD", "--sector", "transport.urban"],
        ["undo", "--reason", "slip", "--yes"],
        ["gaps"],
        ["status"],
        ["check"],
        ["journal", "list"],
    ):
        code, answer = say(OFFICER, *(revision if word == "REVISION" else word for word in words))
        if words[:2] == ["need", "edit"]:
            revision = str(answer.get("entry"))
        if code not in {ExitCode.DONE, ExitCode.FINDINGS}:
            refused.append((words, answer))
    assert refused == []


def test_the_others_can_do_what_they_are_there_for(say: Callable[..., tuple[int, Any]]) -> None:
    assert say(NIGHT, "reconcile")[0] == ExitCode.DONE
    for role in (Role.READER, Role.AUDITOR):
        for words in (
            *(["gaps"], ["journal", "list"], ["status"], ["history", "N-0001"]),
            *(["journal", "show", "1"], ["need", "show", "N-0001"], ["query", "SELECT 1"]),
            *(["brief", "MHD"], ["report", "offers"], ["audit", "seals"]),
        ):
            code, answer = say(user(role), *words)
            assert code == ExitCode.DONE, (words, answer)
        code, error = say(user(role), "rates", "add", "EUR", "USD", "1.2")
        assert (code, error["code"]) == (ExitCode.UNREACHABLE, "database-forbids")
    assert say(user(Role.AUDITOR), "check")[0] == ExitCode.DONE
    change = ["settings", "edit", "--time-zone", "Asia/Tehran", "--reason", "as the office"]
    assert say(OFFICER, *change)[1]["code"] == "database-forbids"
    assert say(user(Role.APPROVER), *change)[0] == ExitCode.DONE


REQUEST = (
    "INSERT INTO request (id, key, command, input, actor, system_user, host, database_user, "
    "program, recorded_at, format, transaction_id) "
    "VALUES ({id}, 'attack', 'x', '{{}}', 'boss', 'boss', 'h', {user}, 'p', {at}, 2, {transaction})"
).replace("system_user", '"system_user"')
OWN = {
    "id": "nextval('request_id_seq')",
    "user": "session_user",
    "at": "{now}",
    "transaction": "txid_current()",
}


def attempt(made: UrlOf, statement: str, name: str = OFFICER) -> None:
    """Try a statement as a user; it is rolled back where nothing refuses it."""
    now = str(int(time.time() * 1_000_000))
    with closing(Raw(made(name))) as officer:
        officer.execute("BEGIN")
        try:
            officer.execute(statement.replace("{now}", now))
        finally:
            officer.execute("ROLLBACK")


def test_a_request_of_the_session_is_taken(made: UrlOf) -> None:
    attempt(made, REQUEST.format(**OWN))


@pytest.mark.parametrize(
    "differing",
    [
        {"at": str(IN_2100)},
        {"at": "{now} - 3600000000"},
        {"id": str(LARGEST)},
        {"id": "-1"},
        {"user": f"'{user(Role.APPROVER)}'"},
        {"user": "NULL"},
        {"transaction": "txid_current() - 1"},
        {"transaction": "NULL"},
    ],
)
def test_a_request_is_refused_that_is_not_of_its_session(
    made: UrlOf, differing: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="cityfund guard: a request"):
        attempt(made, REQUEST.format(**(OWN | differing)))


ENTRY = (
    "INSERT INTO entry (id, act, effective_on, recorded_at, request_id, lines, format) "
    "SELECT {id}, 'declare', DATE '2026-01-01', {at}, max(request.id), 1, 1 FROM request"
)


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (str(LARGEST), "max(request.recorded_at)"),
        ("nextval('entry_id_seq')", "{now}"),
        ("nextval('entry_id_seq')", "max(request.recorded_at)"),
    ],
)
def test_an_entry_is_refused_that_is_not_of_its_request(
    made: UrlOf, number: str, moment: str
) -> None:
    with pytest.raises(
        Refused, match=r"cityfund guard: entry (has the numbers|takes rows of its own)"
    ):
        attempt(made, ENTRY.format(id=number, at=moment))


NEXT = "nextval('office_id_seq')"


def office(number: str, code: str) -> str:
    """Write SQL that adds an office with an id and a number, in a request of its own."""
    return (
        REQUEST.format(**OWN)
        + "; INSERT INTO office (id, code, folded, number, reuse, request_id) "
        f"SELECT {number}, 'z', 'z', {code}, 0, max(id) FROM request"
    )


@pytest.mark.parametrize(
    ("number", "code"), [(str(LARGEST), "NULL"), ("-1", "NULL"), (NEXT, "2147483647")]
)
def test_nobody_uses_the_numbers_of_everybody_up(made: UrlOf, number: str, code: str) -> None:
    attempt(made, office(NEXT, "7"))
    with pytest.raises(Refused, match="office has the numbers that follow only"):
        attempt(made, office(number, code))


ADDED = {
    "receipt": "SELECT min(id), '{}' FROM request",
    "disclosure": "SELECT max(id), 1, 1, 99, 0, 'x', '0123456789abcdef', 'x' FROM request",
    "office (id, code, folded, reuse, request_id)": "SELECT 99, 'z', 'z', 0, max(id) FROM request",
    "rate": (
        "SELECT nextval('rate_id_seq'), DATE '2026-01-01', 'EUR', 'USD', '1.1', 'x', false, id, "
        "recorded_at FROM request WHERE database_user = session_user ORDER BY id DESC LIMIT 1"
    ),
}


@pytest.mark.parametrize("table", ADDED)
def test_nothing_is_added_to_what_was_recorded(made: UrlOf, table: str) -> None:
    with pytest.raises(Refused, match="takes rows of its own request only"):
        attempt(made, f"INSERT INTO {table} {ADDED[table]}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE balance SET free = free + 1",
        "UPDATE deal_balance SET held = 0",
        "INSERT INTO balance SELECT 99, 0, 0, 0, 0, 0, 0",
        "UPDATE alembic_version SET version_num = '9999'",
        "INSERT INTO alembic_version VALUES ('9999')",
        "DELETE FROM alembic_version",
        "SELECT setval('request_id_seq', 9000000000000000000)",
        "INSERT INTO seal SELECT * FROM seal",
        "INSERT INTO night_run SELECT * FROM night_run",
        "INSERT INTO setting_version SELECT * FROM setting_version",
        "INSERT INTO region SELECT * FROM region",
        "SELECT * FROM night_lock FOR UPDATE",
        "TRUNCATE disclosure",
    ],
)
def test_an_officer_has_no_right_to(made: UrlOf, statement: str) -> None:
    with pytest.raises(Refused, match=r"permission denied|must be owner"):
        attempt(made, statement)


def test_doctor_finds_rights_that_no_role_should_have(
    made: UrlOf, say: Callable[..., tuple[int, Any]]
) -> None:
    def told() -> list[str]:
        return [one for one in say(OFFICER, "doctor")[1]["findings"] if "db grants" in one]

    assert told() == []
    who = group(Role.OFFICER)
    with closing(Raw(made(OWNER))) as owner:
        owner.execute(f"GRANT UPDATE ON balance TO {who}")
        owner.execute("GRANT SELECT ON entry TO PUBLIC")
        owner.execute(f"REVOKE INSERT ON note FROM {who}")
        found = told()
        owner.execute(f"REVOKE UPDATE ON balance FROM {who}")
        owner.execute("REVOKE SELECT ON entry FROM PUBLIC")
        owner.execute(f"GRANT INSERT ON note TO {who}")
    assert len(found) == 3
    assert any(f"{who} has rights" in one and "UPDATE on balance" in one for one in found)
    assert any("PUBLIC has rights" in one and "SELECT on entry" in one for one in found)
    assert any(f"{who} records acts and lacks INSERT on note" in one for one in found)


@pytest.mark.parametrize(
    ("granting", "revoking", "told"),
    [
        (
            "GRANT UPDATE (free) ON balance TO {who}",
            "REVOKE UPDATE (free) ON balance FROM {who}",
            "UPDATE on balance.free",
        ),
        (
            "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
            "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
            "TEMPORARY on the database",
        ),
        (
            "GRANT EXECUTE ON FUNCTION cityfund_movement_is_kept() TO PUBLIC",
            "REVOKE EXECUTE ON FUNCTION cityfund_movement_is_kept() FROM PUBLIC",
            "EXECUTE on cityfund_movement_is_kept()",
        ),
        (
            "GRANT CREATE ON SCHEMA public TO {who}",
            "REVOKE CREATE ON SCHEMA public FROM {who}",
            "CREATE on the schema",
        ),
    ],
)
def test_doctor_finds_rights_beside_those_on_tables(
    made: UrlOf, say: Callable[..., tuple[int, Any]], granting: str, revoking: str, told: str
) -> None:
    who = group(Role.OFFICER)
    with closing(Raw(made(OWNER))) as owner:
        owner.execute(granting.format(who=who, database=DATABASE))
        findings = say(OFFICER, "doctor")[1]["findings"]
        owner.execute(revoking.format(who=who, database=DATABASE))
    (found,) = [one for one in findings if "db grants" in one]
    assert told in found


MINE = "CREATE TEMP TABLE mine (LIKE public.holder)"
CALLS_A_GUARD = (
    "CREATE TRIGGER calls AFTER INSERT ON mine "
    "FOR EACH ROW EXECUTE FUNCTION public.cityfund_holder_has_balance()"
)


def test_no_guard_is_called_from_a_table_of_an_officers_own(made: UrlOf) -> None:
    with pytest.raises(Refused, match="permission denied to create temporary tables"):
        attempt(made, MINE)
    with closing(Raw(made(OWNER))) as owner:
        owner.execute(f"GRANT TEMPORARY ON DATABASE {DATABASE} TO PUBLIC")
        try:
            attempt(made, MINE)
            with pytest.raises(Refused, match="permission denied for function"):
                attempt(made, f"{MINE}; {CALLS_A_GUARD}")
        finally:
            owner.execute(f"REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC")


def test_nobody_but_who_runs_nights_uses_a_standing_approval(
    made: UrlOf, say: Callable[..., tuple[int, Any]]
) -> None:
    given = ["approval", "standing", "add", "BANK", "1000 EUR", "--until", "2099-12-31"]
    assert say(user(Role.APPROVER), *given)[0] == ExitCode.DONE
    use = (
        REQUEST.format(**OWN).replace("'attack'", "'attack-2'").replace("'x'", "'reconcile'", 1)
        + "; INSERT INTO approval_use (request_id, standing) "
        "SELECT currval('request_id_seq'), max(number) FROM standing_approval"
    )
    with pytest.raises(Refused, match="names a standing approval in a night only"):
        attempt(made, use)
    attempt(made, use, NIGHT)


@pytest.mark.parametrize("name", [" ", "public", "a\nb", "x" * 64])
def test_a_name_that_is_none_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "grants", "--officer", name, "--json"]) == ExitCode.INVALID
    assert json.loads(capsys.readouterr().err)["code"] == "malformed-role"


def test_a_name_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "grants", "--officer", 'a"; DROP TABLE entry; --']) == ExitCode.DONE
    assert 'TO "a""; DROP TABLE entry; --";' in capsys.readouterr().out


def test_an_approval_is_given_by_an_approver_alone(
    made: UrlOf, say: Callable[..., tuple[int, Any]]
) -> None:
    approver = user(Role.APPROVER)
    rule = ["approval", "rule", "add", "commit", "--above", "500k EUR"]
    assert say(OFFICER, *rule)[1]["code"] == "database-forbids"
    assert say(approver, *rule)[0] == ExitCode.DONE
    hold = ["deal", "introduce", "O-0001", "N-0001", "600k EUR", "--commit", "--key", "LETTER-9"]
    code, error = say(OFFICER, *hold)
    assert (code, error["code"]) == (ExitCode.REFUSED, "approval-needed")
    _, shown = say(approver, "approval", "show", "APR-0001")
    assert shown["asked_by"] == OFFICER  # whatever --actor or the system's account is
    code, error = say(OFFICER, "approval", "give", "APR-0001", "--actor", "boss")
    assert error["code"] == "approval-own"
    assert say(NIGHT, "approval", "give", "APR-0001")[1]["code"] == "database-forbids"
    with pytest.raises(Refused, match="permission denied"):
        attempt(
            made,
            "INSERT INTO approval_answer SELECT id, 'given', DATE '2099-01-01', NULL, request_id, "
            "recorded_at FROM approval",
        )
    code, error = say(OFFICER, *hold)
    assert error["code"] == "approval-needed"
    assert say(approver, "approval", "give", "APR-0001")[0] == ExitCode.DONE
    assert say(approver, *hold)[1]["code"] == "approval-own"
    before = Decimal(say(OFFICER, "need", "show", "N-0001")[1]["committed"])
    code, receipt = say(OFFICER, *hold)
    assert code == ExitCode.DONE
    assert Decimal(receipt["need"]["committed"]) - before == 600_000
    checked = say(OFFICER, "check", "approvals")[1]["checks"]
    assert [one["failures"] for one in checked] == [[]]


def test_an_officer_erases_what_the_guards_admit_and_nothing_else(
    say: Callable[..., tuple[int, Any]], made: UrlOf
) -> None:
    words = ("contact", "add", "BANK", "Sara Ahmadi", "--key", "a-letter")
    assert say(OFFICER, *words)[0] == ExitCode.DONE
    erase = ("audit", "erase", "request:a-letter", "--reason", "asked for", "--yes")
    assert say(OFFICER, *erase)[0] == ExitCode.DONE
    with closing(Raw(made(OFFICER))) as officer:
        (row,) = officer.rows("SELECT input FROM request WHERE key = 'a-letter'")
        assert row["input"] == '{"erased":true}'
    for statement in ("DELETE FROM disclosure", "UPDATE request SET actor = '[erased]'"):
        with (
            closing(Raw(made(OFFICER))) as officer,
            pytest.raises(psycopg.Error, match="permission denied"),
        ):
            officer.execute(statement)
    assert say(OWNER, "check")[0] == ExitCode.DONE
