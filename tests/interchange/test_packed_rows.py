"""Rows of an import as they wait, packed by columns, and what they say beside what was said."""

import json
import operator
import sys
import zlib
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from ledger.interchange.problems import Place
from ledger.interchange.reader import PackedRows, RawRow, RawTable
from ledger.interchange.repeats.state import (
    DEALS,
    OwnRows,
    SourceState,
    StatedFile,
    StatedRow,
    packed,
    stating,
    unpacked,
)

FILES = [StatedFile("needs.csv", "ab"), StatedFile("deals.csv", "cd")]
CELLS = st.dictionaries(st.sampled_from(("title", "unit", "note")), st.text(max_size=50))
MANY = 5000


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=20))
def test_packed_rows_are_the_rows_that_they_were_made_of(cells):
    rows = [RawRow(line, {"code": a, "name": b}) for line, (a, b) in enumerate(cells, 2)]

    packed_rows = PackedRows(("code", "name"), rows)

    assert len(packed_rows) == len(rows)
    assert [*packed_rows] == rows
    assert [packed_rows[at] for at in range(len(rows))] == rows
    assert packed_rows[1:3] == rows[1:3]
    packed_rows.put_away()
    assert len(packed_rows) == len(rows)
    assert [*packed_rows] == rows
    packed_rows.put_away()
    assert [*packed_rows.column("name")] == [row.cells["name"] for row in rows]
    assert packed_rows[1:3] == rows[1:3]


def test_rows_that_are_put_away_take_a_small_part_of_the_memory():
    rows = PackedRows(
        ("code", "name"),
        [RawRow(at, {"code": f"N-{at}", "name": f"Need {at} of all"}) for at in range(MANY)],
    )
    first, before = rows[0], held_by(rows)
    rows.put_away()
    assert held_by(rows) < before / 5
    assert rows[0] == first


def held_by(rows):
    """Give the bytes of the texts that rows keep, or of what they are put away as."""
    texts = [text for column in rows._kept for text in column]
    return sum(map(sys.getsizeof, [*texts, *rows._away]))


def test_rows_without_a_column_keep_their_lines():
    assert [*PackedRows((), [RawRow(2, {}), RawRow(3, {})])] == [RawRow(2, {}), RawRow(3, {})]


def test_a_table_whose_rows_have_other_columns_stays_as_it_is():
    rows = [RawRow(2, {"code": "A"}), RawRow(3, {"code": "B", "name": "b"})]
    table = RawTable("cities", "cities.csv", ("code", "name"), rows)

    assert table.packed() is table
    assert [*RawTable("cities", "cities.csv", ("code",), rows[:1]).packed().rows] == rows[:1]


@given(st.lists(st.tuples(st.sampled_from(("needs", DEALS)), st.text(max_size=5), CELLS)))
def test_a_state_is_read_as_it_was_packed(said):
    state = SourceState([*FILES])
    for line, (table, code, cells) in enumerate(said, 2):
        text = json.dumps(cells, separators=(",", ":"))
        state.add(StatedRow(table, code, text, line % 2, line, gone=line % 3 == 0))

    assert unpacked(packed(FILES, state)) == state
    for table, code, _ in said:
        assert unpacked(packed(FILES, state), (table, code)).of(table, code) == state.of(
            table, code
        )


def test_a_state_of_an_earlier_version_is_read():
    lines = ['[["needs.csv","ab"]]', '["needs","N-1",0,2,0]\t{"title":"A"}']
    text = b64encode(zlib.compress("\n".join(lines).encode())).decode()

    state = unpacked(text)

    assert state.cell("needs", "N-1", "title") == "A"
    assert unpacked(packed(state.files, state)) == state


def said(before, line_of_first=2):
    own = OwnRows(before, {"n.csv": FILES[0]})
    for at in range(MANY):
        own.add("needs", f"N-{at}", {"title": f"Ü {at}"}, Place("n.csv", at + line_of_first))
    return own


def test_what_a_source_repeats_is_the_state_of_before():
    first = stating(SourceState(), said(SourceState()), whole=True)
    assert (first.says_more, len([*first.state])) == (True, MANY)
    assert first.state.cell("needs", "N-1", "title") == "Ü 1"
    before = unpacked(packed(first.state.files, first.state))

    again = stating(before, said(before), whole=True)

    assert (again.says_more, again.gone) == (False, ())
    assert all(map(operator.is_, again.state, before))


def test_what_a_source_repeats_elsewhere_takes_no_text_of_its_own():
    before = stating(SourceState(), said(SourceState()), whole=True).state

    moved = stating(before, said(before, line_of_first=9), whole=True)

    assert moved.says_more
    for row, former in zip(moved.state, before, strict=True):
        assert row.line == former.line + 7
        assert row.text is former.text


def test_acts_that_are_left_out_are_not_said():
    own = OwnRows()
    for line in (2, 3):
        own.add(DEALS, "D-1", {"amount": str(line)}, Place("d.csv", line))

    own.leave_out_acts({Place("d.csv", 2)})

    assert [one.line for one in own.state] == [3]


def test_a_row_that_is_said_twice_in_one_place_is_kept_twice():
    row = StatedRow(DEALS, "D-1", '{"act":"committed"}', 0, 2)
    state = SourceState(FILES)
    state.add(row)
    state.add(row)
    assert [*state] == [row, row]
    assert unpacked(packed(FILES, state)) == state
