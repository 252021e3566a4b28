"""The page about a ledger on a server: its statements are run, and give what it says they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from postgres_server import Server, one_at_a_time
from raw import Raw, Refused

import cli
from cli.main import main
from ledger.core.errors import ExitCode

PAGE = (Path(cli.__file__).parent / "docs" / "server.md").read_text(encoding="utf-8")
PASSWORDS = {
    "fund_owner": "change me",
    "leila": "change me too",
    "nightly": "change it as well",
}
ROLES = ("readers", "officers", "approvers", "nights", "auditors")

UrlOf = Callable[[str], str]


def statements(marker: str) -> list[str]:
    between = PAGE.split(f"<!-- {marker} -->\n")[1].split(f"<!-- /{marker} -->")[0]
    lines = re.sub(r"^```.*$", "", between, flags=re.MULTILINE)
    return [one.strip() for one in lines.split(";\n") if one.strip()]


@pytest.fixture
def fund(postgresql_server: Server, capsys: pytest.CaptureFixture[str]) -> Iterator[UrlOf]:
    """Set a ledger up as the page says; give the URL of each user.

    Roles belong to the whole server and have the names of the page: another process waits.
    """

    def url_of(user: str) -> str:
        address = postgresql_server.url("fund").partition("@")[2]
        return f"postgresql://{user}:{PASSWORDS[user].replace(' ', '%20')}@{address}"

    with one_at_a_time(postgresql_server.place, "roles-of-the-page"):
        postgresql_server.administer(*statements("owner"))
        try:
            assert main(["init", "--db", url_of("fund_owner")]) == ExitCode.DONE
            capsys.readouterr()
            assert main(["db", "grants"]) == ExitCode.DONE
            with closing(Raw(url_of("fund_owner"))) as owner:
                for grant in capsys.readouterr().out.splitlines():
                    owner.execute(grant)
            yield url_of
        finally:
            postgresql_server.drop_database("fund")
            postgresql_server.administer(
                *(f"DROP ROLE {name}" for name in ("leila", "nightly", *ROLES, "fund_owner"))
            )


def test_an_officer_can_do_every_act_and_nothing_else(
    fund: UrlOf, capsys: pytest.CaptureFixture[str]
) -> None:
    acts = (
        ["city", "add", "Mashhad", "--code", "MHD", "--country", "IR"],
        ["provider", "add", "Bank", "--code", "BANK", "--kind", "bank"],
        *[["project", "add", "BRT", "--city", "MHD", "--sector", "transport.urban"]],
        ["city", "edit", "MHD", "--code", "MSD"],
        ["project", "add", "Tram", "--city", "MSD", "--sector", "transport.urban"],
        ["undo", "--reason", "slip", "--yes"],
        ["need", "add", "PRJ-0001", "money", "2M EUR"],
        ["offer", "add", "BANK", "money", "3M EUR"],
        ["deal", "introduce", "O-0001", "N-0001", "1M EUR", "--until", "2099-01-01", "--dry-run"],
        ["deal", "introduce", "O-0001", "N-0001", "1M EUR", "--until", "2099-01-01"],
        ["deal", "commit", "D-0001"],
        ["gaps"],
        ["check"],
        ["init"],
    )
    for words in acts:
        assert main([*words, "--db", fund("leila")]) == ExitCode.DONE, capsys.readouterr().err
    assert main(["reconcile", "--quiet", "--db", fund("leila")]) == ExitCode.UNREACHABLE
    assert main(["reconcile", "--quiet", "--db", fund("nightly")]) == ExitCode.DONE
    with closing(Raw(fund("leila"))) as leila:
        for attempt in (
            "DELETE FROM movement",
            "TRUNCATE movement",
            "UPDATE entry SET act = 'deliver'",
            "UPDATE city SET code = 'MHD'",
            "UPDATE balance SET free = free + 1",
            "UPDATE alembic_version SET version_num = '9999'",
            "ALTER TABLE movement DISABLE TRIGGER ALL",
            "DROP TABLE movement CASCADE",
            "SET session_replication_role = replica",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(Refused):
                leila.execute(attempt)


def test_an_officer_cannot_say_that_the_clock_ran_ahead(
    fund: UrlOf, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["db", "correct-clock", "--reason", "it ran ahead", "--yes", "--json", "--db"]
    for user, code in (("leila", "not-administrator"), ("fund_owner", "clock-not-ahead")):
        assert main([*words, fund(user)]) == ExitCode.REFUSED
        assert f'"code": "{code}"' in capsys.readouterr().err


def test_an_officer_cannot_upgrade(fund: UrlOf, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(Raw(fund("fund_owner"))) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '0001'")
    assert main(["db", "upgrade", "--db", fund("leila"), "--json"]) == ExitCode.UNREACHABLE
    assert "database-forbids" in capsys.readouterr().err
