"""JSON is read record by record: as if it were read whole, in little memory, with faults placed."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import LedgerError
from ledger.interchange.sources import Reading, open_source
from ledger.interchange.sources.json_events import MAX_DEPTH

KEYS = st.sampled_from(["a", "b", "item", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def cell(value: Any) -> Any:
    """Give a value as a cell, read the plain way."""
    if isinstance(value, dict):
        return {key: cell(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [cell(one) for one in value if one is not None]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()


def found(document: Any, path: str | None) -> list[Any] | None:
    """Find the list of records in a document that was read whole; None where there is none."""
    if path is None:
        if isinstance(document, list):
            return document
        pairs = document.items() if isinstance(document, dict) else ()
        lists = [one for _, one in pairs if isinstance(one, list)]
        return lists[0] if len(lists) == 1 else None
    if isinstance(document, list):
        return document  # the list that the path names, published without the object around it
    there = [document]
    for key in path.split("."):
        inner = [one[key] for one in there if isinstance(one, dict) and key in one]
        if not inner:
            return None
        there = [item for one in inner for item in (one if isinstance(one, list) else [one])]
    return there


@given(document=VALUES, path=st.none() | st.lists(KEYS, min_size=1, max_size=3).map(".".join))
def test_a_document_is_read_as_if_it_were_read_whole(document: Any, path: str | None) -> None:
    content, expected = json.dumps(document).encode(), found(document, path)
    if expected is None:
        with pytest.raises(LedgerError) as refused:
            open_source(content, Reading(format="json", rows=path), "t.json")
        assert refused.value.code == "broken-json"
        return
    source = open_source(content, Reading(format="json", rows=path), "t.json")
    rows = [*source.rows()]
    numbered = [(at, cell(one)) for at, one in enumerate(expected, 1)]
    assert rows == [(at, one) for at, one in numbered if isinstance(one, dict)]
    others = [at for at, one in numbered if not isinstance(one, dict)]
    assert [(one.line, one.code) for one in source.problems] == [(at, "no-record") for at in others]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_each_unicode_is_understood(encoding: str) -> None:
    content = '[{"name": "مشهد", "note": "é"}]'.encode(encoding)
    (row,) = open_source(content, Reading(), "t.json").rows()
    assert row.record == {"name": "مشهد", "note": "é"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[\n{"a": 1},\n{"a": 1,}\n]', "at line 3, column 9"),
        ('[\n{"a": 1}\n', "at line 3, column 1"),
        ('[{"a": NaN}]', "at line 1, column 8"),
        ('[{"a": "b\nc"}]', "at line 1, column 10"),
        ("[" + '{"a": "bbbbbbbbbbbbbbbbbbbb"},\n' * 9_000 + "}]", "at line 9001, column 1"),
        ("", "at line 1, column 1"),
        ('[{"a": 1e9999999999999999999999}]', "too large an exponent at line 1, column 32"),
        ('[{"a":\n ' + "1" * 5_000 + "}]", "a number has too many digits"),
        (
            '[{"a": "' + "a" * 65_000 + '", "b": ' + "1" * 5_000 + "}]",
            "a number has too many digits",
        ),
        ('[{"a": "' + "a" * 65_000 + '", "b": -' + "1" * 99_000 + "}]", "a number has too many"),
        ('[\n{"name": "مشهد"}x]', "at line 2, column 17"),
        ('{"a": [{"b": 1}], "a": [{"b": 2}]}', "has the key 'a' twice"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"nested more than {MAX_DEPTH} deep"),
    ],
)
def test_a_fault_is_placed(content: str, words: str) -> None:
    with pytest.raises(LedgerError) as refused:
        open_source(content.encode(), Reading(format="json"), "t.json")
    assert (refused.value.code, words in refused.value.what) == ("broken-json", True), refused.value


HALF, LOW, PAIR = "\\ud83d", "\\ude00", "\\ud83d\\ude00"


LENGTHS = pytest.mark.parametrize("length", [0, *range(65_505, 65_540)])
"""Around the size of the blocks that a document is read in."""


@LENGTHS
@pytest.mark.parametrize(
    ("text", "column"),
    [
        *[(HALF, 1), (f"{HALF}a", 1), (f"\\\\{HALF}", 3), (PAIR + HALF, 13), (HALF + PAIR, 1)],
        *[(LOW, 1), (f"a{LOW}", 2), (PAIR + LOW, 13), (LOW + PAIR, 1), (f"\\\\{LOW}", 3)],
        *[
            (f"\\{PAIR}", 8),
            (f"\\\\{PAIR}{LOW}", 15),
            (f"{PAIR}\\\\\\\\{LOW}", 17),
            (LOW + HALF, 1),
        ],
    ],
)
def test_half_of_a_surrogate_pair_is_a_fault(length: int, text: str, column: int) -> None:
    content = f'[\n{{"a": "{"b" * length}{text}"}}]{" " * 30}'.encode()
    with pytest.raises(LedgerError, match="has half of a surrogate pair") as refused:
        open_source(content, Reading(format="json"), "t.json")
    assert refused.value.code == "broken-json"
    assert f"at line 2, column {7 + length + column}." in refused.value.what


@LENGTHS
@pytest.mark.parametrize(
    "text",
    [*[PAIR, PAIR + PAIR, f"\\{HALF}", f"\\\\\\{HALF}", f"a{PAIR}\\n"], f"\\{LOW}", f"\\\\{PAIR}"],
)
def test_whole_pairs_and_escaped_backslashes_are_read(length: int, text: str) -> None:
    content = f'[{{"a": "{"b" * length}{text}c"}}]{" " * 30}'.encode()
    (row,) = open_source(content, Reading(format="json"), "t.json").rows()
    assert row.record == json.loads(content)[0]


@pytest.mark.parametrize("length", [5_000, 70_000, 200_000])
def test_a_text_of_very_many_digits_is_read(length: int) -> None:
    text = "1" * length
    content = f'[{{"a": "{"a" * 65_000}", "b": "{text}", "c": 12345678901234567890}}]'.encode()
    (row,) = open_source(content, Reading(format="json"), "t.json").rows()
    assert (row.record["b"], row.record["c"]) == (text, "12345678901234567890")


def test_a_key_of_the_path_is_there_once() -> None:
    content = b'{"a": [{"b": [{"c": 1}], "b": [{"c": 2}]}]}'
    with pytest.raises(LedgerError, match="has the key 'b' twice") as refused:
        open_source(content, Reading(rows="a.b"), "t.json")
    assert refused.value.code == "broken-json"


def test_a_number_without_bounds_is_a_fault_of_its_line() -> None:
    content = b'{"a": 1}\n{"a": 1e9999999999999999999999}\n'
    source = open_source(content, Reading(), "t.ndjson")
    assert [row.line for row in source.rows()] == [1]
    assert [(one.line, one.code) for one in source.problems] == [(2, "broken-json")]
    assert "too large an exponent" in source.problems[0].what


def test_ten_times_the_records_take_no_more_memory(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.json"
        record = json.dumps({"code": "A", "cost": 1.5, "places": [{"name": "City"}] * 3})
        path.write_text('{"records": [' + ",".join([record] * count) + "]}", encoding="utf-8")
        tracemalloc.start()
        assert sum(1 for _ in open_source(path).rows()) == count
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)
    few, many = peak(1_000), peak(10_000)
    assert many < few + 100_000
