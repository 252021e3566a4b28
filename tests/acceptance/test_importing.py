"""A pipeline comes in from canonical tables: as people save them, again, and changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from acceptance_office import (
    Office,
    city,
    deal,
    need,
    offer,
    outside,
    project,
    provider,
    small,
)

DEALS = [
    deal("D-1", "introduced", "500000", "2026-02-01", held_until="2027-06-30", reference="L-1"),
    deal("D-1", "committed", "300000", "2026-03-01", reference="C-1"),
    deal("D-1", "delivered", "100000.50", "2026-04-01", reference="W-1"),
    deal("D-1", "returned", "0.50", "2026-05-01", reference="W-2"),
    deal("D-1", "released", "50000", "2026-05-02"),
]


def test_all_tables_in_one_folder_whatever_the_order(office: Office) -> None:
    tables = small(
        deals=DEALS,
        rates=[{"date": "2026-01-01", "base": "EUR", "quote": "USD", "rate": "1.085"}],
    )
    office.take_in(dict(reversed(tables.items())))
    row = office.gap("N-1")
    # 500,000 held, 300,000 of it committed, 100,000 delivered in the end, 50,000 given back.
    assert (row["committed"], row["delivered"]) == ("200000.00", "100000.00")
    assert row["held"] == "150000.00"
    assert row["gap"] == "700000.00"
    office.checked()


@pytest.mark.parametrize("table_first", ["offers", "cities", "deals"])
def test_single_files_in_any_order(office: Office, table_first: str) -> None:
    folder = office.write(small(deals=DEALS))
    files = sorted(folder.iterdir(), key=lambda file: (file.stem != table_first, file.stem))
    office.do("import", *files, "--yes")
    assert office.gap("N-1")["gap"] == "700000.00"


def test_a_file_by_another_name(office: Office) -> None:
    folder = office.write({"cities": [city()]})
    renamed = (folder / "cities.csv").rename(folder / "members of the fund.csv")
    code, error = office.refuse("import", renamed, "--yes")
    assert code in {2, 3}
    assert "--as" in error["next"]
    office.do("import", renamed, "--as", "cities", "--yes")


def test_as_spreadsheets_save_them(office: Office) -> None:
    """A byte order mark, CRLF, spare spaces round a list, empty cells, codes in lower case."""
    folder = office.write({})
    _save(folder / "cities.csv", "code,name,name_local,country\r\nmhd,Mashhad,مشهد,irn\r\n")
    _save(folder / "providers.csv", "code,name,kind\r\nb1,Bank,bank\r\n")
    _save(
        folder / "projects.csv",
        "code,title,city,city_name,sector,status\r\nprj-1,Metro,MHD,,transport.urban,\r\n",
    )
    _save(
        folder / "needs.csv",
        "code,project,project_title,factor,topic,quantity,unit,declared_on,instruments\r\n"
        "n-1,prj-1,Metro,money,,1000,eur,2026-01-01,grant;loan\r\n",
    )
    _save(
        folder / "offers.csv",
        "code,provider,provider_name,factor,quantity,unit,declared_on,sectors,countries,regions,"
        "instruments,max_share\r\n"
        "o-1,b1,,money,500.5,EUR,2026-01-01,energy; transport,ir;FR,Western Europe; 034,loan,0.75"
        "\r\n",
    )
    office.do("import", folder, "--yes")
    (row,) = office.gaps()["rows"]
    assert (row["need"].upper(), row["city"].upper()) == ("N-1", "MHD")
    assert row["country"] == "IR"
    assert row["eligible_offers"] == 1


def _save(path: Path, text: str) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())


def test_codes_in_lower_case_name_the_same_rows(office: Office) -> None:
    office.take_in(small(deals=DEALS))
    before = office.everything()
    codes = ("code", "project", "city", "provider", "need", "offer")
    lower = {
        table: [
            {column: cell.lower() if column in codes else cell for column, cell in row.items()}
            for row in rows
        ]
        for table, rows in small(deals=DEALS).items()
    }
    office.take_in(lower)
    assert office.everything() == before


def test_a_column_it_does_not_know_is_said(office: Office) -> None:
    folder = office.write({"cities": [city(mayor="somebody")]})
    answer = office.run("import", folder, "--yes")
    if answer.code:
        assert answer.code == 3
    assert "mayor" in answer.err + answer.out


def test_without_a_terminal_only_with_yes(ledger_url: str, tmp_path: Path) -> None:
    """By a process of its own, in the time of the machine."""
    office = Office(ledger_url, tmp_path)
    folder = office.write(small())
    before = office.everything()
    answer = outside(office, "import", folder)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert office.everything() == before
    assert outside(office, "import", folder, "--yes").code == 0
    assert office.gap("N-1")["gap"] == "1000000.00"


def test_a_preview_changes_nothing(office: Office) -> None:
    folder = office.write(small(deals=DEALS))
    before = office.everything()
    answer = office.run("import", folder, "--dry-run")
    assert answer.code == 0
    assert "deals: 5 new" in answer.err + answer.out
    assert office.everything() == before


def test_importing_again_changes_nothing(office: Office) -> None:
    tables = small(deals=DEALS, rates=[_rate("1.085")])
    office.take_in(tables)
    before = office.everything()
    again = office.run("import", office.write(tables), "--yes")
    assert again.code == 0
    assert "othing" in again.out + again.err
    assert office.everything() == before
    office.checked()


def _rate(rate: str) -> dict[str, str]:
    return {"date": "2026-01-01", "base": "EUR", "quote": "USD", "rate": rate}


def test_numbers_written_otherwise_are_the_same(office: Office) -> None:
    office.take_in(small(deals=DEALS, rates=[_rate("1.0850")]))
    before = office.everything()
    rows = [{**row, "quantity": f"{float(row['quantity']):.2f}"} for row in DEALS]
    same = small(deals=rows, needs=[need(quantity="1000000.00")], rates=[_rate("1.085")])
    office.take_in(same)
    assert office.everything() == before


def test_a_changed_register_is_an_edit(office: Office) -> None:
    office.take_in(small())
    changed = small(projects=[project(title="The long metro")], cities=[city(population="9000000")])
    preview = office.run("import", office.write(changed), "--dry-run")
    assert "projects: 0 new, 1 changed" in preview.err + preview.out
    assert "cities: 0 new, 1 changed" in preview.err + preview.out
    office.take_in(changed)
    assert office.gap("N-1")["title"] == "The long metro"


def test_a_changed_quantity_is_a_revision(office: Office) -> None:
    office.take_in(small(deals=DEALS))
    changed = small(needs=[need(quantity="900000")], offers=[offer(quantity="2500000")])
    preview = office.run("import", office.write(changed), "--dry-run")
    text = preview.err + preview.out
    assert "needs" in text
    assert "offers" in text
    office.take_in(changed)
    row = office.gap("N-1")
    assert (row["required"], row["gap"]) == ("900000.00", "600000.00")
    office.take_in(small(needs=[need(quantity="900000")], offers=[offer(quantity="2500000")]))
    assert office.gap("N-1") == row
    acts = [row["act"] for row in office.do("journal", "list")["rows"]]
    assert len([act for act in acts if "revise" in act]) == 2
    office.checked()


def test_a_revision_below_what_is_taken_is_refused(office: Office) -> None:
    office.take_in(small(deals=DEALS))
    changed = small(needs=[need(quantity="449999.99")])
    code, error = office.refuse("import", office.write(changed), "--yes")
    assert code in {3, 4}
    assert "N-1" in json_text(error)
    office.take_in(small(needs=[need(quantity="450000")]))


def json_text(error: object) -> str:
    """Write an error so that anything said in it can be found."""
    return str(error)


def test_an_amount_given_later(office: Office) -> None:
    office.take_in(small(needs=[need(quantity="")]))
    row = office.gap("N-1")
    assert (row["required"], row["gap"], row["coverage"]) == (None, None, None)
    office.take_in(small(needs=[need(quantity="70.25")]))
    assert office.gap("N-1")["required"] == "70.25"


def test_an_empty_cell_is_not_a_zero_and_clears_nothing_by_itself(office: Office) -> None:
    """An empty quantity means "not given": what was declared stays declared."""
    office.take_in(small())
    answer = office.run("import", office.write(small(needs=[need(quantity="")])), "--yes")
    row = office.gap("N-1")
    assert row["required"] in {"1000000.00", None}
    if row["required"] is None:
        assert answer.code == 0


def test_cities_and_providers_of_one_folder_know_each_other(office: Office) -> None:
    """A city's own contribution to its own project is an offer like any other."""
    office.take_in(
        small(
            providers=[provider("THR", "city", city="THR", country="IR")],
            offers=[offer(provider="THR", cities="THR")],
        )
    )
    assert office.gap("N-1")["eligible_offers"] == 1
