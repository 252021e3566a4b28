"""An office that knows the program only from outside: command lines in, answers out."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import time_machine
from ledgers import Ledgers
from raw import Raw
from world import NOON

from cli.main import main

Row = dict[str, str]
Tables = dict[str, list[Row]]

KEYS_THE_PROGRAM_MAKES = ("key", "recorded_at")


@dataclass(frozen=True)
class Answer:
    """What one command line gave back."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read the answer as JSON, amounts still text."""
        assert self.code in {0, 1}, self
        return json.loads(self.out, parse_float=_no_float)

    @property
    def error(self) -> dict[str, Any]:
        """Read the refusal of a command that was asked for JSON."""
        assert self.code not in {0, 1}, self
        line = self.err.strip().splitlines()[-1]
        found = json.loads(line)
        assert found["schema"] == "cityfund.error/1"
        assert {"code", "what", "why", "next"} <= set(found)
        assert all(found[each] for each in ("code", "what", "why", "next")), found
        return found


def faults(error: dict[str, Any]) -> list[str]:
    """List what an import was refused for: file and line, column, what, next."""
    return [
        f"{Path(each['file']).name}:{each['line']} {each['column'] or ''} {each['what']}"
        f" {each['next']}"
        for each in error.get("problems", ())
    ]


def _no_float(text: str) -> float:
    raise AssertionError(f"an answer holds the float {text}")


class Terminal(io.StringIO):
    """Standard input of a pipe that nobody writes into."""

    def isatty(self) -> bool:
        return False


@dataclass(frozen=True)
class Office:
    """One ledger, and a folder to write tables in."""

    url: str
    folder: Path

    def run(self, *argv: object) -> Answer:
        """Run one command line in this process and take what it says."""
        words = tuple(str(word) for word in argv)
        out, err = io.StringIO(), io.StringIO()
        settings = {"CITYFUND_DB": self.url, "CITYFUND_ACTOR": "officer", "NO_COLOR": "1"}
        with (
            mock.patch.dict(os.environ, settings),
            mock.patch.object(sys, "stdin", Terminal()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(list(words))
        return Answer(words, int(code), out.getvalue(), err.getvalue())

    def do(self, *argv: object) -> Any:
        """Run a command that must succeed, and read its JSON answer."""
        answer = self.run(*argv, "--format", "json")
        assert answer.code == 0, answer
        return answer.json

    def refuse(self, *argv: object) -> tuple[int, dict[str, Any]]:
        """Run a command that must be refused and must change nothing."""
        before = self.bytes_kept()
        answer = self.run(*argv, "--format", "json")
        error = answer.error
        assert not answer.out, answer
        assert self.bytes_kept() == before, answer
        return answer.code, error

    def write(self, tables: Tables, name: str = "tables") -> Path:
        """Write canonical tables as CSV files into a folder of their own."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for table, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def take_in(self, tables: Tables) -> Any:
        """Import tables that must be accepted."""
        return self.do("import", self.write(tables), "--yes")

    def gaps(self, *argv: object) -> Any:
        """Ask for the gap report."""
        return self.do("gaps", *argv)

    def gap(self, need: str, *argv: object) -> dict[str, Any]:
        """Ask for the row of one need."""
        (row,) = [row for row in self.gaps("--all", *argv)["rows"] if row["need"] == need]
        return row

    def bytes_kept(self) -> str:
        """Give all that the ledger holds, in one digest."""
        digest = hashlib.sha256()
        with contextlib.closing(Raw(self.url)) as raw:
            for name in raw.tables():
                rows = sorted(raw.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
                digest.update(repr(rows).encode())
        return digest.hexdigest()

    def everything(self) -> tuple[str, str]:
        """Give all entries and deals, to see whether anything changed."""
        return (
            self.run("journal", "list", "--format", "csv").out,
            self.run("gaps", "--all", "--format", "json").out,
        )

    def checked(self) -> None:
        """Have the program recompute every rule from its own journal."""
        answer = self.run("check", "--json")
        assert answer.code == 0, answer
        found = answer.json
        assert found["schema"] == "cityfund.check/1"
        assert all(check["ok"] and not check["failures"] for check in found["checks"])


def furnished(ledgers: Ledgers, folder: Path, furnish: Callable[[Office], object]) -> str:
    """Give the URL of a ledger that was furnished just before noon, ready to be copied."""
    url = ledgers.new()
    with time_machine.travel(NOON - timedelta(minutes=1), tick=True):
        furnish(Office(url, folder))
    ledgers.settle(url)
    return url


def outside(office: Office, *argv: object) -> Answer:
    """Run the installed command as a process of its own."""
    words = tuple(str(word) for word in argv)
    environment = {
        **os.environ,
        "CITYFUND_DB": office.url,
        "CITYFUND_ACTOR": "officer",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Answer(words, done.returncode, done.stdout, done.stderr)


def city(code: str = "THR", country: str = "IR", **more: str) -> Row:
    """Write a row of cities."""
    return {"code": code, "name": f"City {code}", "country": country, **more}


def provider(code: str = "B1", kind: str = "bank", **more: str) -> Row:
    """Write a row of providers."""
    return {"code": code, "name": f"Provider {code}", "kind": kind, **more}


def project(code: str = "PRJ-1", in_city: str = "THR", **more: str) -> Row:
    """Write a row of projects."""
    return {
        "code": code,
        "title": f"Project {code}",
        "city": in_city,
        "sector": "transport.urban",
        **more,
    }


def need(code: str = "N-1", quantity: str = "1000000", unit: str = "EUR", **more: str) -> Row:
    """Write a row of needs."""
    return {
        "code": code,
        "project": "PRJ-1",
        "factor": "money",
        "quantity": quantity,
        "unit": unit,
        "declared_on": "2026-01-01",
        **more,
    }


def offer(code: str = "O-1", quantity: str = "2000000", unit: str = "EUR", **more: str) -> Row:
    """Write a row of offers."""
    return {
        "code": code,
        "provider": "B1",
        "factor": "money",
        "quantity": quantity,
        "unit": unit,
        "declared_on": "2026-01-01",
        **more,
    }


def deal(code: str, act: str, quantity: str, on: str, **more: str) -> Row:
    """Write a row of deals, between O-1 and N-1 in EUR unless told otherwise."""
    return {
        "code": code,
        "offer": "O-1",
        "need": "N-1",
        "act": act,
        "quantity": quantity,
        "unit": "EUR",
        "effective_on": on,
        **more,
    }


def small(**more: list[Row]) -> Tables:
    """Give the tables of one city, provider, project, need and offer; others replace them."""
    return {
        "cities": [city()],
        "providers": [provider()],
        "projects": [project()],
        "needs": [need()],
        "offers": [offer()],
        **more,
    }
