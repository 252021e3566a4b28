"""What is written is read again as it was: records to CSV to records."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing import EMPTY, TODAY

from ledger.core.factors import Factor, Side, Stage
from ledger.core.partial_dates import PartialDate
from ledger.core.quantity import MAX_AMOUNT
from ledger.interchange.canonical import TABLES
from ledger.interchange.cells import neutral_text, plain_text
from ledger.interchange.reader import parse_table, read_paths
from ledger.interchange.records import CHANGE_ACTS, DEAL_ACTS, ChangeRow, DealActRow
from ledger.interchange.rows import read_tables
from ledger.interchange.writer import (
    CannotWriteExport,
    CanonicalRow,
    ExportFolderInUse,
    act_line,
    change_line,
    rate_line,
    register_line,
    write_folder,
    write_table,
)
from ledger.journal.entries import Act
from ledger.rates.rates import Rate
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.registers.spec import Kind

UNITS = EMPTY.of("units")
_SEEN = st.characters(exclude_categories=("C", "Zl", "Zp", "M"))
codes = st.text(st.sampled_from("ABCxyz019-_=+@'\u06a9"), min_size=1, max_size=64).map(
    lambda text: text if any(map(str.isalnum, text)) else f"{text[:-1]}A"
)
words = (
    st.text(st.one_of(_SEEN, st.sampled_from("=+-@'\",\n;")), min_size=1, max_size=40)
    .map(lambda text: unicodedata.normalize("NFC", text).strip())
    .filter(bool)
)
list_words = words.map(lambda text: text.replace(";", " ").strip()).filter(bool)
texts = st.lists(list_words, unique=True, max_size=3).map(tuple)
maybe = st.none()
days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
past = st.dates(date(1990, 1, 1), TODAY)
units = st.sampled_from(["EUR", "JPY", "BHD", "IRR"])
amounts = st.integers(1, MAX_AMOUNT)
rates = st.decimals(Decimal("0.000001"), 10**6, places=6)
instruments = st.lists(st.sampled_from(["grant", "loan", "bond"]), unique=True).map(tuple)

cities = st.builds(
    City,
    code=codes,
    name=words,
    country=st.sampled_from(["IR", "TW", "FR"]),
    office=st.just("asia"),
    name_local=maybe | words,
    member_since=maybe | st.sampled_from(["1998", "1998-05", "1998-05-01"]).map(PartialDate),
    population=maybe | st.integers(0, 10**9),
    geonames_id=maybe | st.integers(1, 10**9),
    latitude=maybe | st.decimals(-90, 90, places=6),
    longitude=maybe | st.decimals(-180, 180, places=4),
    withdrawn=st.booleans(),
)
providers = st.builds(
    Provider,
    code=codes,
    name=words,
    kind=st.just("bank"),
    country=st.sampled_from([None, "IR"]),
    city=maybe | codes,
    sample=st.booleans(),
    withdrawn=st.booleans(),
)
projects = st.builds(
    Project,
    code=codes,
    title=words,
    city=codes,
    sector=st.sampled_from(["transport", "transport.lowCarbon"]),
    status=st.sampled_from(["identification", "completion"]),
    weight=st.integers(1, 100),
    starts_on=maybe | st.dates(date(1990, 1, 1), date(2000, 1, 1)),
    ends_on=maybe | st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    description=maybe | words,
    recipient=maybe | words,
    source=maybe | words,
)
needs = st.builds(
    Need,
    code=codes,
    project=codes,
    factor=st.just(Factor.MONEY),
    unit=units,
    declared_on=past,
    topic=maybe | words,
    needed_by=maybe | days,
    divisible=st.booleans(),
    instruments=instruments,
    note=maybe | words,
    after=st.lists(codes, max_size=3, unique=True).map(tuple),
)
offers = st.builds(
    Offer,
    code=codes,
    provider=codes,
    factor=st.just(Factor.MONEY),
    unit=units,
    declared_on=past,
    topics=texts,
    valid_until=maybe | days,
    available_from=maybe | days,
    sectors=st.sampled_from([(), ("transport", "energy")]),
    countries=st.sampled_from([(), ("IR", "TW")]),
    regions=st.sampled_from([(), ("034", "150")]),
    cities=st.lists(codes, unique=True, max_size=2).map(tuple),
    instruments=instruments,
    min_ticket=maybe | st.integers(1, 1000),
    max_ticket=maybe | st.integers(1000, MAX_AMOUNT),
    max_share=maybe | st.decimals("0.01", 1, places=4),
    condition=st.sampled_from([None, "complete"]),
    rate=maybe | st.decimals(0, 100, places=3),
    note=maybe | words,
    withdrawn=st.booleans(),
)


def again(table: str, line: CanonicalRow) -> Any:
    out = io.StringIO(newline="")
    write_table(out, table, [line])
    raw, problems = parse_table(out.getvalue().encode(), table=table, file=f"{table}.csv")
    found, unclear = read_tables([raw], UNITS, TODAY)
    assert not [*problems, *unclear]
    (row,) = found.of(table)
    return row


@given(cities)
def test_cities(city: City):
    assert again("cities", register_line("cities", city)).record == city


@given(providers)
def test_providers(provider: Provider):
    assert again("providers", register_line("providers", provider)).record == provider


@given(projects)
def test_projects(project: Project):
    assert again("projects", register_line("projects", project)).record == project


@given(needs, st.none() | amounts)
def test_needs(need: Need, quantity: int | None):
    row = again("needs", register_line("needs", need, UNITS[need.unit], quantity))
    assert (row.record, row.quantity) == (need, quantity)


@given(offers, amounts)
def test_offers(offer: Offer, quantity: int):
    row = again("offers", register_line("offers", offer, UNITS[offer.unit], quantity))
    assert (row.record, row.quantity) == (offer, quantity)


@given(st.builds(Rate, past, st.just("EUR"), st.just("USD"), rates, maybe | words))
def test_rates(rate: Rate):
    assert again("rates", rate_line(rate)).record == rate


@given(
    code=codes,
    act=st.sampled_from([*DEAL_ACTS.values()]),
    amount=amounts,
    unit=units,
    day=past,
    reference=maybe | words,
    rate=maybe | rates,
    passed_to=st.sampled_from([None, Stage.EXPIRED, Stage.WITHDRAWN]),
    override=maybe | words,
)
def test_acts_of_deals(
    *,
    code: str,
    act: Act,
    amount: int,
    unit: str,
    day: date,
    reference: str | None,
    rate: Decimal | None,
    passed_to: Stage | None,
    override: str | None,
):
    row = DealActRow(
        code, "O-1", "N-1", act, amount, unit, day, reference, rate=rate, override=override
    )
    row = row._replace(
        passed_to=passed_to,
        sequence=9,
        reverses=8 if act is Act.REVERSE else None,
        from_stage=Stage.COMMITTED if act is Act.RELEASE else Stage.HELD,
    )
    assert again("deals", act_line(row, UNITS[unit]))._replace(place=row.place) == row


@given(
    act=st.sampled_from([*CHANGE_ACTS.values()]),
    amount=amounts,
    down=st.booleans(),
    unit=units,
    day=past,
    reason=maybe | words,
)
def test_changes(*, act: Act, amount: int, down: bool, unit: str, day: date, reason: str | None):
    sign = -1 if down and act is Act.REVISE else 1
    row = ChangeRow(
        Side.OFFER,
        "O-1",
        act,
        sign * amount,
        unit,
        day,
        reason=reason,
        from_stage=Stage.EXPIRED if act is Act.REINSTATE else None,
        sequence=2,
        reverses=1 if act is Act.REVERSE else None,
    )
    assert again("changes", change_line(row, UNITS[unit]))._replace(place=row.place) == row


@given(st.text())
def test_neutralised_text_never_runs_and_comes_back(text: str):
    neutral = neutral_text(text)
    assert neutral[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert plain_text(neutral) == text


def test_formulas_are_neutralised_but_numbers_keep_their_minus():
    row = ChangeRow(
        Side.NEED, "N-1", Act.REVISE, -500, "EUR", date(2026, 1, 1), reason="=HYPERLINK(1)"
    )
    out = io.StringIO(newline="")
    write_table(out, "changes", [change_line(row, UNITS["EUR"])])
    assert (
        out.getvalue().splitlines()[1]
        == "need,N-1,revised,-5.00,EUR,2026-01-01,,'=HYPERLINK(1),,,,"
    )


def test_a_folder_is_written_whole_for_its_owner_and_never_over_another(tmp_path: Path):
    folder = tmp_path / "out"
    city = City(code="SMP", name="Simapolis", country="IR", office="asia")
    line = register_line("cities", city, shown={"country_name": "Iran"})
    assert write_folder(folder, {"cities": [line], "needs": []}) == {"cities": 1, "needs": 0}
    assert (folder / "cities.csv").stat().st_mode & 0o777 == 0o600
    assert {table.table for table in read_paths([folder]).tables} == {"cities", "needs"}
    with pytest.raises(ExportFolderInUse):
        write_folder(folder, {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_export_leaves_nothing_behind(tmp_path: Path):
    def failing() -> Iterator[CanonicalRow]:
        yield {"code": "SMP"}
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWriteExport):
        write_folder(tmp_path / "out", {"cities": failing()})
    assert not list(tmp_path.iterdir())


def test_every_column_is_documented_and_every_table_can_be_read():
    for table in TABLES.values():
        assert all(column.help and isinstance(column.kind, Kind) for column in table.columns)
        assert set(table.identity) <= set(table.names)
        header = ",".join(table.file_names) + "\n"
        assert parse_table(header.encode(), table=table.name, file="x")[1] == []
