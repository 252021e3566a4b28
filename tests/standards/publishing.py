"""A ledger to publish, and the checkers of the standards that it is published in."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

from officer import Officer

DATA = Path(__file__).parent / "data"


def furnish_fund(officer: Officer) -> None:
    """Tell two projects, one in two currencies, with deals in every stage, and one not told."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add Lahore --code LHE --country PK --latitude 31.558 --longitude 74.35071",
        "project add 'Monorail <A & B>' --city MHD --sector transport.urban --code PRJ-1",
        "project edit PRJ-1 --starts-on 2026-03-01 --ends-on 2029-12-31 --status implementation",
        "project edit PRJ-1 --description 'A line of 12 km'",
        "project add Housing --city LHE --sector socialHousing --code PRJ-2 --status preparation",
        "project edit PRJ-2 --recipient 'Lahore Development Authority'",
        "need add PRJ-1 money '1000000.50 EUR' --code N-1 --on 2026-01-10",
        "need add PRJ-1 money '900 JPY' --code N-2 --on 2026-02-10",
        "need add PRJ-1 expertise '40 person-day' --code N-3 --topic planning",
        "need add PRJ-2 money '5000 USD' --code N-4 --on 2026-01-20",
        "provider add 'Green Fund' --kind fund --code GF",
        "provider add 'Bank of Cities' --kind bank --code BC --country FR",
        "offer add GF money '2000000 EUR' --code O-1 --on 2026-01-01",
        "offer add BC money '700 JPY' --code O-2 --on 2026-01-01",
        "offer add BC money '4000 USD' --code O-3 --on 2026-01-01",
        "deal introduce O-1 N-1 '600000.25 EUR' --commit --on 2026-03-02 --instrument grant",
        "deal deliver D-0001 '250000 EUR' --on 2026-04-02",
        "deal return D-0001 '50000 EUR' --on 2026-05-02",
        "deal release D-0001 '100000 EUR' --committed --on 2026-05-03",
        "deal introduce O-2 N-2 '700 JPY' --commit --on 2026-03-05 --instrument loan",
        "deal introduce O-3 N-4 '3000 USD' --commit --on 2026-03-06 --instrument grant",
        "deal deliver D-0003 '3000 USD' --on 2026-06-06",
        "deal introduce O-3 N-4 '500 USD' --until 2099-01-01",
        "rates add EUR USD 1.25 --on 2026-01-01",
    ):
        officer.says(line)


def present_edition_of_oc4ids(folder: Path) -> Path:
    """Give a folder with the schema of OC4IDS as packaged, merged with what later editions add."""
    made = folder / "oc4ids"
    shutil.copytree(DATA / "oc4ids", made)
    schema = read_json(made / "project-schema.json")
    merged = _merged(schema, read_json(made / "later-editions.json"))
    (made / "project-schema.json").write_text(json.dumps(merged))
    return made


def _merged(document: Any, patch: Any) -> Any:
    """Merge as RFC 7396 says, where nothing is removed."""
    if not (isinstance(document, dict) and isinstance(patch, dict)):
        return patch
    return document | {key: _merged(document.get(key), one) for key, one in patch.items()}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on this machine alone; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with only_this_machine():
            yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def only_this_machine() -> Iterator[None]:
    """Let no connection leave this machine."""
    connect = socket.socket.connect

    def inside(self: socket.socket, address: Any) -> None:
        assert address[0] in {"127.0.0.1", "localhost"}, f"a connection to {address}"
        connect(self, address)

    with patch.object(socket.socket, "connect", inside):
        yield


def read_json(file: Path) -> dict[str, Any]:
    """Read a document."""
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document
