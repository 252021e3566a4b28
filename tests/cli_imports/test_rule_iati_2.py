"""The shipped rule `iati-2` on a real file, against sums made with another library."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from officer import Officer
from posted_amounts import exported, posted
from shared_files import SHARED, needs_shared_files

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

FILE = SHARED / "iati/iati_Nigeria.xml"
RULE = "--rules iati-2 --yes"
COMMITTED, DELIVERED = ("2",), ("3", "4")


def moved(activity: etree._Element, types: tuple[str, ...], currency: str) -> Decimal:
    """Give what an activity's transactions of some types come to in a currency."""
    default = activity.get("default-currency")
    values = (
        Decimal(one.find("value").text)
        for one in activity.iterfind("transaction")
        if one.find("transaction-type").get("code") in types
        and one.find("value").get("currency", default) == currency
    )
    return sum(values, Decimal(0))


@needs_shared_files
def test_a_real_file_is_in_the_ledger_whole(officer: Officer, tmp_path: Path) -> None:
    activities = [*etree.parse(FILE).getroot().iterfind("iati-activity")]
    used = [one for one in activities if len(one.findall("recipient-country")) == 1]
    done = officer.tries(f"import {FILE} {RULE}")
    left_out = len(activities) - len(used)
    words = f"{len(activities)} rows: {len(used)} used, {left_out} left out"
    assert (done.code, words in done.err) == (0, True), done.err

    out = tmp_path / "out"
    delivered = sum(moved(one, DELIVERED, "USD") for one in used)
    committed = sum(max(moved(one, COMMITTED, "USD"), moved(one, DELIVERED, "USD")) for one in used)
    assert posted(officer, out) == {
        ("committed", "USD"): committed,
        ("delivered", "USD"): delivered,
    }
    assert len(exported(officer, out, "projects")) == len(used)
    (in_jos,) = [
        one
        for one in used
        if [place.get("code") for place in one.iterfind("location/location-class")] == ["2"]
    ]
    cities = Counter(one["city"] for one in exported(officer, out, "projects"))
    assert cities == {"NG": len(used) - 1, "NG-JOS": 1}
    assert in_jos.findtext("location/name/narrative") == "Jos"
    named = {(one["code"], one["name"]) for one in exported(officer, out, "cities")}
    assert named == {("NG", "Nigeria"), ("NG-JOS", "Jos")}
    assert "Nothing to import" in officer.says(f"import {FILE} {RULE}")


ACTIVITY = """<iati-activities version="2.03"><iati-activity default-currency="EUR">
<iati-identifier>XM-1</iati-identifier><title><narrative>Metro</narrative></title>
<reporting-org ref="XM"><narrative>Ministry</narrative></reporting-org>
<participating-org role="1"><narrative>Bank A</narrative></participating-org>
<participating-org role="1"><narrative>Fund B</narrative></participating-org>
<participating-org role="4"><narrative>Builder</narrative></participating-org>
<activity-status code="2"/><activity-date type="2" iso-date="2020-05-01"/>
<recipient-country code="IR"/><sector code="21030"/>
{transactions}</iati-activity></iati-activities>"""
TRANSACTION = """<transaction><transaction-type code="{kind}"/>
<transaction-date iso-date="{day}"/><value{currency}>{value}</value>{provider}</transaction>"""


def transaction(kind: str, day: str, value: str, provider: str = "", currency: str = "") -> str:
    if provider:
        provider = f"<provider-org><narrative>{provider}</narrative></provider-org>"
    currency = f' currency="{currency}"' if currency else ""
    return TRANSACTION.format(kind=kind, day=day, value=value, provider=provider, currency=currency)


def test_each_currency_is_a_need_and_what_comes_back_is_returned(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "activities.xml"
    path.write_text(
        ACTIVITY.format(
            transactions="".join(
                (
                    transaction("2", "2020-01-15", "1000"),
                    transaction("3", "2020-06-01", "400.50", "Bank A"),
                    transaction("3", "2020-07-01", "-100.25", "Bank A"),
                    transaction("2", "2020-08-01", "70", currency="USD"),
                    transaction("2", "2020-09-01", "-250"),
                    transaction("11", "2020-09-01", "5000"),
                )
            )
        ),
        encoding="utf-8",
    )
    done = officer.tries(f"import {path} {RULE}")
    assert done.code == 0, done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {
        ("committed", "EUR"): Decimal("1400.50"),
        ("committed", "USD"): Decimal(70),
        ("delivered", "EUR"): Decimal("400.50"),
        ("returned", "EUR"): Decimal("100.25"),
        ("released", "EUR"): Decimal("350.25"),
    }
    providers = Counter(row["name"] for row in exported(officer, out, "providers"))
    assert providers == {"Bank A": 1, "Bank A+Fund B": 1}
    sectors = [row["sector"] for row in exported(officer, out, "projects")]
    assert sectors == ["transport.rail"]
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


def activity(number: int, inside: str = "", country: str = "IR", more: str = "") -> str:
    attributes = more or 'default-currency="EUR"'
    return (
        f"<iati-activity {attributes}><iati-identifier>XM-{number}</iati-identifier>"
        f'<recipient-country code="{country}"/>{inside}</iati-activity>'
    )


ODD: list[tuple[str, str]] = [
    (activity(1, transaction("2", "2019-01-01Z", "5", currency="eur")), "used"),
    (activity(2, transaction("2", "2098-01-01", "5")), "used"),
    (activity(3, transaction("3", "2019-01-01", "7", "وزارت راه")), "used"),
    (
        activity(4, transaction("3", "2019-01-01", "0") + transaction("3", "2019-01-01", "-5")),
        "used",
    ),
    (activity(5, transaction("3", "2019-01-01", "5", currency="XYZ")), "unknown-currency"),
    (activity(6, country="QQ"), "unknown-country"),
    (activity(7, transaction("3", "2019-01-01", "5"), more='xml:lang="en"'), "missing-value"),
    (activity(8, transaction("3", "2019-01-01", "5,000")), "bad-number"),
    (activity(9, transaction("3", "", "5")), "missing-value"),
    (activity(1, "<title><narrative>Again</narrative></title>"), "twice"),
    ('<iati-activity><recipient-country code="IR"/></iati-activity>', "no-identity"),
    (activity(10, '<recipient-country code="FR"/>'), "several countries, and the amounts"),
]


def test_odd_activities_are_read_or_left_out(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "odd.xml"
    inside = "".join(text for text, _ in ODD)
    path.write_text(f'<iati-activities version="2.01">{inside}</iati-activities>', "utf-8")
    done = officer.tries(f"import {path} {RULE}")
    reasons = [reason for _, reason in ODD if reason != "used"]
    assert (done.code, f"4 used, {len(reasons)} left out" in done.err) == (0, True), done.err
    for reason in reasons:
        assert re.search(rf"{reason}[^:\n]*: 1\b", done.err), (reason, done.err)
    assert "1 row says what is to be given after today" in done.err
    out = tmp_path / "out"
    sums = {("committed", "EUR"): Decimal(12), ("delivered", "EUR"): Decimal(7)}
    assert posted(officer, out) == sums
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


def test_the_next_edition_of_a_completed_activity_posts_what_differs(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "activities.xml"

    def said(committed: str, paid: str) -> str:
        acts = transaction("2", "2020-01-15", committed) + transaction("3", "2020-06-01", paid)
        text = ACTIVITY.format(transactions=acts)
        path.write_text(text.replace('status code="2"', 'status code="4"'), encoding="utf-8")
        return officer.says(f"import {path} {RULE}")

    said("1000", "400")
    assert "Nothing to import" not in said("1500", "300")
    assert posted(officer, tmp_path / "out") == {
        ("committed", "EUR"): Decimal(1500),
        ("delivered", "EUR"): Decimal(400),
        ("returned", "EUR"): Decimal(100),
    }
    assert "Nothing to import" in said("1500", "300")


def located(number: int, *places: tuple[str, str]) -> str:
    """Give an activity in places, each a name and a class of IATI's code list."""
    inside = "".join(
        f"<location><name><narrative>{name}</narrative></name>"
        f'<location-class code="{kind}"/></location>'
        for name, kind in places
    )
    return activity(number, inside, "NG")


@pytest.mark.parametrize(
    ("places", "city"),
    [
        ([("Jos", "2")], ("NG-JOS", "Jos")),
        ([("Plateau State", "1")], ("NG", "Nigeria")),
        ([("A bridge", "3")], ("NG", "Nigeria")),
        ([("", "2")], ("NG", "Nigeria")),
        ([("Jos", "2"), ("Kaduna", "2")], ("NG", "Nigeria")),
        ([("Jos", "2"), ("Plateau State", "1")], ("NG", "Nigeria")),
        ([("Lagos", "")], ("NG", "Nigeria")),
        ([], ("NG", "Nigeria")),
    ],
)
def test_one_populated_place_is_the_city(
    officer: Officer, tmp_path: Path, places: list[tuple[str, str]], city: tuple[str, str]
) -> None:
    path = tmp_path / "places.xml"
    text = located(1, *places)
    path.write_text(f'<iati-activities version="2.03">{text}</iati-activities>', "utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "1 used, 0 left out" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert [(one["code"], one["name"]) for one in exported(officer, out, "cities")] == [city]
    assert [one["city"] for one in exported(officer, out, "projects")] == [city[0]]
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")
