"""Pages are whole, valid, self-contained, and keep every text inside its element."""

from __future__ import annotations

from lxml import html as parser

from ledger.reports.html import lines_html, page_chunks, record_html, table_html
from ledger.reports.table import Column

COLUMNS = [Column("name", "Name"), Column("gap", "Gap", kind="amount", unit="unit")]
ROWS = [{"name": "<script>alert(1)</script>", "gap": "1234567.50", "unit": "EUR"}]


def page(*body):
    chunks = [chunk for part in body for chunk in part]
    text = "".join(page_chunks("Gaps & more", chunks, facts=[("As of", "2026-11-29")]))
    return text, parser.fromstring(text)


def test_page_has_title_facts_and_a_table_with_caption_and_scopes():
    _, tree = page(table_html(ROWS, COLUMNS, "Needs"))
    assert tree.findtext(".//title") == "Gaps & more"
    assert tree.xpath("string(//dl)").split() == ["As", "of2026-11-29"]
    assert tree.findtext(".//caption") == "Needs"
    assert [one.get("scope") for one in tree.iter("th")] == ["col", "col", "row"]
    assert tree.findtext(".//tbody//td") == "1,234,567.50 EUR"
    assert "script" not in {one.tag for one in tree.iter()}
    assert tree.findtext(".//tbody//th") == "<script>alert(1)</script>"


def test_page_asks_for_nothing():
    _, tree = page(table_html(ROWS, COLUMNS, "Needs"), lines_html(["a <b>", "c"]))
    links = [value for one in tree.iter() for key, value in one.items() if key in {"href", "src"}]
    assert links == ["data:,"]
    assert tree.findtext(".//pre") == "a <b>\nc"


def test_record_leaves_out_what_is_not_given():
    _, tree = page(record_html({"name": "a\x00b\u202e", "gap": None}, COLUMNS, "One"))
    assert [one.text for one in tree.iter("td")] == ["a<U+0000>b<U+202E>"]
