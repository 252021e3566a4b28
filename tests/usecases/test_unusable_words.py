"""Words that name nothing: a number that is none, a table, a rule, a setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import says_enough

from cli.framework.config_file import read_config
from cli.framework.usage_errors import InvalidConfig
from ledger.interchange.mapping.loading import MAX_RULE_BYTES, BrokenRule, load_rule
from ledger.store.journal.entries import NotAnEntryNumber, entry_number
from ledger.usecases.interchange.export import UnknownExport, choose_tables


@pytest.mark.parametrize("typed", ["", "seven", "-1", "1.5", "1e3", "9" * 40])
def test_an_entry_is_named_by_its_number(typed):
    with pytest.raises(NotAnEntryNumber) as caught:
        entry_number(typed)
    says_enough(caught.value)


@pytest.mark.parametrize("typed", ["17", "#17", " 17 ", "۱۷"])
def test_an_entrys_number_is_read_as_people_write_it(typed):
    assert entry_number(typed) == 17


def test_only_the_canonical_tables_are_exported():
    with pytest.raises(UnknownExport) as caught:
        choose_tables(["needz"])
    says_enough(caught.value, "needz", "needs")


def test_a_rule_file_larger_than_any_rule_is_not_read(tmp_path: Path):
    path = tmp_path / "huge.toml"
    path.write_bytes(b"#" * (MAX_RULE_BYTES + 1))
    with pytest.raises(BrokenRule) as caught:
        load_rule(str(path))
    says_enough(caught.value, "huge.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"db = ", "not TOML"),
        (b'\nledger = "x"\n', "line 2: there is no setting called ledger"),
        (b"db = 7\n", "in quotes"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_config_file_that_cannot_be_meant_is_told_by_its_line(tmp_path: Path, text, words):
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    with pytest.raises(InvalidConfig) as caught:
        read_config(path)
    says_enough(caught.value, words, "config.toml")
