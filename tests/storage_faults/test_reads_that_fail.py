"""The storage fails to read a ledger: nothing is lost, and nobody is sent to a backup."""

from __future__ import annotations

import json

import pytest
from hands import sizes
from storage import Calls, Case, Fault, Kind, Storage

FOR_GOOD = 1_000_000
LINE = ("need", "list", "--json")


@pytest.mark.parametrize("count", [1, FOR_GOOD], ids=["one-read", "every-read"])
@pytest.mark.parametrize("cases", sizes(12, 500))
def test_a_read_that_fails_is_told_as_such(storage: Storage, count: int, cases: int) -> None:
    whole = storage.run(Case(Fault(Kind.EIO, Calls.READ, first=FOR_GOOD), lines=(LINE,)))
    refused = 0
    for first in range(1, whole.calls + 1, max(1, whole.calls // cases)):
        ended = storage.run(Case(Fault(Kind.EIO, Calls.READ, first, count), lines=(LINE,)))
        ((_, code, _, err),) = [one for one in ended.said if one[0] == "line"]
        storage.forget(ended)
        if code:
            error = json.loads(err.strip().splitlines()[-1])
            assert (code, error["code"]) == (74, "disk-trouble"), (first, error)
            assert "backup" not in error["next"]
            refused += 1
    assert refused, "no read failed in a way that the command noticed"
