"""A process with the shim preloaded, which forks one process for each case that it is told.

Run as a program by `storage.py`: it reads a case a line, and answers a line with what that process
had acknowledged and how it ended. Python and the program start once.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import sqlite3
import sys
import traceback
from typing import Any

from hands import attempt
from kill import run_line
from officers import Officer, a_plan

from ledger.store.db import sqlite

SHIM = ctypes.CDLL(os.environ["LD_PRELOAD"])
SHIM.storage_faults_arm.argtypes = [
    *(ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long, ctypes.c_char_p)
]
SHIM.storage_faults_seen.restype = SHIM.storage_faults_failed.restype = ctypes.c_long


def serve() -> None:
    """Do the cases that are told, one after the other."""
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)  # noqa: T201


def _forked(case: dict[str, Any]) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _live(case, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as line:
        said = line.read()
    _, status = os.waitpid(child, 0)
    return {
        "said": [json.loads(each) for each in said.splitlines()],
        "code": os.waitstatus_to_exitcode(status),
    }


def _live(case: dict[str, Any], writer: int) -> None:
    def say(*what: Any) -> None:
        os.write(writer, f"{json.dumps(what)}\n".encode())

    fault = case["fault"]
    journal = os.fsencode(case["journal"])
    terms = (fault["kind"], fault["calls"], fault["first"], fault["count"], journal)
    code = 0
    try:
        if not SHIM.storage_faults_arm(*terms):
            raise RuntimeError("the journal cannot be written")  # noqa: TRY301
        for pragma in case["pragmas"]:
            _set(pragma)
        (_type_lines if case["lines"] else _work)(case, say)
        say("end", SHIM.storage_faults_seen(), SHIM.storage_faults_failed())
    except BaseException:  # noqa: BLE001 - whatever it is, the test is told
        say("broken", traceback.format_exc())
        code = 1
    os._exit(code)


def _set(pragma: str) -> None:
    """Let every connection from now on be set otherwise than the program sets it."""
    prepare = sqlite._prepare

    def prepare_otherwise(connection: sqlite3.Connection, record: Any) -> None:
        prepare(connection, record)
        connection.execute(f"PRAGMA {pragma}")

    sqlite._prepare = prepare_otherwise


def _work(case: dict[str, Any], say: Any) -> None:
    """Do the acts of a plan, over one connection or each over its own; acknowledge each."""
    officer = Officer(case["url"])
    for job in a_plan(case["name"], case["acts"], random.Random(case["seed"])):
        ending = attempt(lambda job=job: job.done_by(officer))
        say("act", ending.name, ending.code, ending.answer, ending.words)
        if not case["one_connection"]:
            officer.ledger.engine.dispose()
    officer.ledger.engine.dispose()


def _type_lines(case: dict[str, Any], say: Any) -> None:
    """Type command lines, and acknowledge how each ended."""
    for line in case["lines"]:
        told = run_line(case["url"], *line)
        say("line", told.code, told.out, told.err)


if __name__ == "__main__":
    serve()
