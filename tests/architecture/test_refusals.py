"""Every refusal is told apart by its code, says what to do, and is provoked by some test."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from offences import assert_none

import cli
import ledger
from ledger.core.errors import ExitCode, LedgerError

TESTS = Path(__file__).parents[1]
CODES = Path(__file__).with_name("error_codes.txt").read_text(encoding="utf-8")
"""Each error's code and exit code."""


def all_modules() -> None:
    for package in (ledger, cli):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)


def below(parent: type[LedgerError]) -> Iterator[type[LedgerError]]:
    for child in parent.__subclasses__():
        yield child
        yield from below(child)


@cache
def errors() -> list[type[LedgerError]]:
    """Give every error class of the program, families included."""
    all_modules()
    return [one for one in below(LedgerError) if one.__module__.split(".")[0] in {"ledger", "cli"}]


@cache
def refusals() -> list[type[LedgerError]]:
    """Give every refusal of the program that is no mere family of others."""
    return [one for one in errors() if not one.__subclasses__()]


@cache
def told_in_tests() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(TESTS.rglob("*.py"))
        if path != Path(__file__)
    )


def test_no_two_errors_share_a_code():
    counted = Counter(one.code for one in errors())

    assert_none(code for code, times in counted.items() if times > 1)


def test_codes_and_exit_codes_are_what_scripts_know_them_by():
    """A new error adds a line to the list; a line that is there already never changes."""
    assert sorted(f"{one.code} {one.exit_code:d}" for one in errors()) == CODES.split("\n")[:-1]


def test_an_error_without_a_code_of_its_own_is_refused():
    with pytest.raises(TypeError, match="code"):
        type("Renamed", (LedgerError,), {})


def test_every_refusal_has_an_exit_code_of_its_kind():
    assert_none(one.__name__ for one in refusals() if one.exit_code is ExitCode.BUG)


def test_every_refusal_is_provoked_by_a_test():
    told = told_in_tests()

    assert_none(
        one.__name__ for one in refusals() if one.__name__ not in told and one.code not in told
    )


def test_every_refusal_says_in_its_docstring_what_it_is():
    said = {one.__name__: (one.__doc__ or "").strip() for one in refusals()}

    assert_none(name for name, docstring in said.items() if not docstring.endswith("."))
