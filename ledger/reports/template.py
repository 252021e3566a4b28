"""A workbook to be filled in: a sheet for each table, a note at each column, lists to choose from.

The lists stand on the sheet that says how to fill it in, from where the cells offer them. A value
that is not in its list is asked about and not refused: what is read decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from ledger.reports.workbook import HOW_TO_READ

ROWS_OFFERED: Final = 2_000
"""How many rows below the header offer lists."""

_FORMATS: Final = {"date": "yyyy-mm-dd", "amount": "#,##0.###", "number": "0.######"}
_FIRST_LIST_COLUMN: Final = 3
_WIDTH: Final = 16


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column to fill in. `choices` names the list that its cells offer, if any."""

    name: str
    note: str
    kind: str = "text"
    required: bool = False
    choices: str | None = None


def write_template(
    out: IO[bytes],
    tables: Mapping[str, Sequence[TemplateColumn]],
    lists: Mapping[str, Sequence[str]],
    lines: Sequence[tuple[str, str]],
) -> None:
    """Write the workbook. `lines` say how to fill it in; `lists` are offered by their names."""
    import xlsxwriter  # noqa: PLC0415 - for workbooks alone

    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "cityfund template"})
        bold = book.add_format({"bold": True, "valign": "top"})
        styles = {
            kind: book.add_format({"num_format": _FORMATS.get(kind, "@")})
            for kind in (*_FORMATS, "text")
        }
        head = {
            required: book.add_format(
                {"bold": required, "bg_color": "#FFF2CC" if required else "#F4F6F8", "bottom": 1}
            )
            for required in (True, False)
        }
        places = _places(lists)
        for table, columns in tables.items():
            sheet = book.add_worksheet(table)
            for place, column in enumerate(columns):
                width = max(len(column.name) + 2, _WIDTH)
                sheet.set_column(place, place, width, styles.get(column.kind, styles["text"]))
                sheet.write_string(0, place, column.name, head[column.required])
                sheet.write_comment(0, place, column.note, {"x_scale": 2, "author": "cityfund"})
                if column.choices in places:
                    sheet.data_validation(
                        1, place, ROWS_OFFERED, place, _offered(places[column.choices], column)
                    )
            sheet.freeze_panes(1, 1)
        _explain(book, lists, lines, bold)


def _places(lists: Mapping[str, Sequence[str]]) -> dict[str | None, str]:
    """Give the cells in which each list stands, as a formula names them."""
    from xlsxwriter.utility import xl_range_abs  # noqa: PLC0415 - for workbooks alone

    return {
        name: f"='{HOW_TO_READ}'!{xl_range_abs(1, place, len(codes), place)}"
        for place, (name, codes) in enumerate(lists.items(), start=_FIRST_LIST_COLUMN)
        if codes
    }


def _offered(source: str, column: TemplateColumn) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": column.name[:32],
        "error_message": f"This is not in the list of {column.choices}. Keep it all the same?",
    }


def _explain(
    book: Any,
    lists: Mapping[str, Sequence[str]],
    lines: Sequence[tuple[str, str]],
    bold: Any,
) -> None:
    sheet = book.add_worksheet(HOW_TO_READ)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80, book.add_format({"text_wrap": True, "valign": "top"}))
    for number, (name, text) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, text)
    for place, (name, codes) in enumerate(lists.items(), start=_FIRST_LIST_COLUMN):
        sheet.set_column(place, place, _WIDTH)
        sheet.write_string(0, place, name, bold)
        for number, code in enumerate(codes, start=1):
            sheet.write_string(number, place, code)
