"""An upgrade is a request: it names both versions of the schema, and is a leaf of the next seal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ledgers import Ledgers
from raw import Raw

from cli.main import main
from ledger.store.db.schema import CURRENT_REVISION

pytestmark = pytest.mark.migrates

ROOT = Path(__file__).parents[2]
BEFORE = f"{int(CURRENT_REVISION) - 1:04d}"


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def settings(capsys: pytest.CaptureFixture[str], url: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer(capsys, "settings", "list", "--db", url)["rows"]
    return rows


@pytest.fixture
def older(ledgers: Ledgers) -> str:
    """Give a ledger whose schema is one version older."""
    url = ledgers.empty()
    words = [sys.executable, "-m", "alembic", "upgrade", BEFORE]
    environment = {**os.environ, "CITYFUND_DB": url}
    subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True)
    if url.startswith("sqlite"):
        with closing(Raw(url)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")  # as `init` makes a file
    return url


def test_an_upgrade_is_recorded_with_both_versions(
    older: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = ("--db", older)
    assert main(["db", "upgrade", "--actor", "sara", *on]) == 0

    (row,) = settings(capsys, older)
    assert (row["name"], row["value"], row["actor"]) == ("schema", CURRENT_REVISION, "sara")
    acts = [one for one in answer(capsys, "log", *on)["rows"] if one["command"] == "db upgrade"]
    assert [BEFORE in one["what"] and CURRENT_REVISION in one["what"] for one in acts] == [True]
    assert {"kind": "setting", "code": "schema", "version": 1} in acts[0]["records"]

    assert main(["db", "upgrade", *on]) == 0
    assert len(settings(capsys, older)) == 1, "nothing changed again"

    assert main(["settings", "edit", "--sleeping-months", "12", *on]) == 0
    edits = [one for one in answer(capsys, "log", *on)["rows"] if one["command"] == "settings edit"]
    assert ["24" in one["what"] and "12" in one["what"] for one in edits] == [True]

    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    assert main(["audit", "seal", *on]) == 0
    with closing(Raw(older)) as raw:
        sealed = raw.rows("SELECT reference FROM sealed_leaf WHERE kind = 'setting'")
    assert sorted(one["reference"] for one in sealed) == ["schema/1", "sleeping_months/1"]
    assert main(["check", "seals", *on]) == 0


@pytest.mark.only_on("postgresql")
def test_who_upgrades_is_told_to_grant_anew_where_others_have_rights(
    older: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Raw(older)) as raw:
        raw.execute("GRANT SELECT ON city TO PUBLIC")
    for is_told in (True, False):
        capsys.readouterr()
        assert main(["db", "upgrade", "--db", older]) == 0
        assert ("Next: cityfund db grants --apply" in capsys.readouterr().err) is is_told
