"""Reading canonical CSV: what is broken is said with its physical line."""

from pathlib import Path

import pytest

from ledger.interchange.reader import (
    CannotReadFile,
    NothingToImport,
    UnknownTable,
    parse_table,
    read_paths,
)

CITIES = "code,name,country\n"


def read(content: str | bytes, table: str = "cities"):
    content = content.encode() if isinstance(content, str) else content
    return parse_table(content, table=table, file="cities.csv")


def test_a_byte_order_mark_and_windows_line_ends_are_accepted():
    table, problems = read(b"\xef\xbb\xbfcode,name,country\r\nSMP,Simapolis,IR\r\n")
    assert not problems
    assert table.rows[0].cells == {"code": "SMP", "name": "Simapolis", "country": "IR"}
    assert table.rows[0].line == 2


def test_lines_are_physical_where_a_cell_spans_several():
    table, _ = read(CITIES + 'A,"Upper\nand\nlower",IR\n\nB,Bee,IR\n')
    assert [row.line for row in table.rows] == [2, 6]


def test_rows_of_empty_cells_are_what_spreadsheets_leave_behind():
    table, problems = read(CITIES + "A,Aa,IR\n,,\n\n")
    assert (len(table.rows), problems) == (1, [])


def test_rows_of_spaces_are_no_rows_and_a_row_with_something_is_one():
    table, problems = read(CITIES + "A,Aa,IR\n , ,\u00a0\n ,x, \n")
    assert [row.cells["name"] for row in table.rows] == ["Aa", "x"]
    assert problems == []


def test_columns_without_a_name_and_without_content_are_passed_over():
    table, problems = read("code,,name,country,,\nA,,Aa,IR,, \nB, ,Bb,IR,,\n")
    assert problems == []
    assert [row.cells for row in table.rows] == [
        {"code": "A", "name": "Aa", "country": "IR"},
        {"code": "B", "name": "Bb", "country": "IR"},
    ]


def test_blank_cells_beyond_the_header_are_passed_over():
    table, problems = read(CITIES + "A,Aa,IR,, \n")
    assert (len(table.rows), problems) == (1, [])


def test_a_line_end_inside_a_cell_is_one_line_feed():
    table, _ = read(b'code,name,country\r\nA,"Up\r\nper",IR\r\nB,"Lo\nwer",IR\r\n')
    assert [row.cells["name"] for row in table.rows] == ["Up\nper", "Lo\nwer"]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "empty-file", 1),
        (b"\n\n", "empty-file", 1),
        (CITIES.encode() + b"A,\xe9,IR\n", "not-utf8", 2),
        (b"\xef\xbb\xbf" + CITIES.encode() + b"A,Aa,IR\nB,\xe9,IR\n", "not-utf8", 3),
        (CITIES.encode() + b"A,B\0,IR\n", "nul-byte", 2),
        (CITIES + 'A,Aa,IR\nB,"Bee,IR\nC,Cc,IR\n', "broken-csv", 3),
        (CITIES + 'A,"Aa"x,IR\n', "broken-csv", 2),
        (CITIES + "A,Aa\n", "cell-count", 2),
        (CITIES + "A,Aa,IR,extra\n", "cell-count", 2),
        ("code,name\nA,Aa\n", "missing-column", 1),
        ("code,name,country,contry\nA,Aa,IR,IR\n", "unknown-column", 1),
        ("code,name,country,name\nA,Aa,IR,Aa\n", "column-twice", 1),
        ("code,name,country,\nA,Aa,IR,\nB,Bb,IR,x\nC,Cc,IR,y\n", "unnamed-column", 3),
        ("code;name;country\nA;Aa;IR\n", "not-commas", 1),
    ],
)
def test_each_broken_file_is_said_with_its_line(content: str | bytes, code: str, line: int):
    _, problems = read(content)
    assert [(problem.code, problem.line) for problem in problems] == [(code, line)]
    assert problems[0].file == "cities.csv"


def test_an_unknown_column_suggests_the_nearest():
    _, problems = read("code,name,country,populaton\nA,Aa,IR,5\n")
    assert problems[0].column == "populaton"
    assert problems[0].next == "Did you mean population?"


def test_a_folder_is_read_in_any_order_and_other_files_are_said(tmp_path: Path):
    (tmp_path / "Projects.CSV").write_text("code,title,city,sector\n")
    (tmp_path / "cities.csv").write_text(CITIES)
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "statements.csv").write_text("provider\n")
    reading = read_paths([tmp_path])
    assert {table.table for table in reading.tables} == {"cities", "projects"}
    assert [name.rsplit("/", 1)[1] for name in reading.ignored_files] == [
        "notes.txt",
        "statements.csv",
    ]


def test_another_name_is_read_as_the_table_said(tmp_path: Path):
    (tmp_path / "list.csv").write_text(CITIES + "A,Aa,IR\n")
    (table,) = read_paths([tmp_path / "list.csv"], "cities").tables
    assert table.table == "cities"
    with pytest.raises(NothingToImport):
        read_paths([tmp_path / "list.csv"])
    with pytest.raises(UnknownTable, match=r"Did you mean cities\?"):
        read_paths([tmp_path / "list.csv"], "citis")


def test_a_file_that_is_not_there_is_trouble_with_the_file(tmp_path: Path):
    with pytest.raises(CannotReadFile):
        read_paths([tmp_path / "needs.csv"])


def test_a_column_written_for_the_reader_is_passed_over():
    table, problems = read("code,name,country,country_name\nA,Aa,IR,Anything\n")
    assert not problems
    assert "country_name" not in table.rows[0].cells


@pytest.mark.parametrize("more", ["", ",office"])
def test_each_of_many_rows_keeps_its_line_and_its_stripped_cells(more: str):
    # As many rows as are taken several times at once, among them some of another width.
    beside = "," if more else ""
    lines = [
        f"C-{at}, Town {at} ,{'IR' if at % 7 else 'TR '}{beside}" if at % 600 else "C,x"
        for at in range(2500)
    ]
    table, problems = read(CITIES.strip() + more + "\n" + "\n".join(lines) + "\n")
    wanted = [
        (at + 2, {"code": f"C-{at}", "name": f"Town {at}", "country": "IR" if at % 7 else "TR"})
        for at in range(2500)
        if at % 600
    ]
    if more:
        for _, cells in wanted:
            cells["office"] = ""
    assert [(row.line, row.cells) for row in table.rows] == wanted
    assert [problem.line for problem in problems] == [2, 602, 1202, 1802, 2402]
