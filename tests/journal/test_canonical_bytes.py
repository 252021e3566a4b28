"""The canonical bytes of every format are promises: a literal below is added, never edited."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from record_leaves import Provenance, canonical_entry, canonical_version

from ledger.core.factors import Factor, Side, Stage
from ledger.deals.deal import Deal
from ledger.journal.entries import (
    BOUND_FORMAT,
    CANONICAL_FORMAT,
    CHAINED_FORMAT,
    EXEMPTED_FORMAT,
    IDENTITY_FORMAT,
    PROPOSED_FORMAT,
    SALTED_FORMAT,
    TOTAL_FORMAT,
    Act,
    Entry,
    Movement,
    ProposedLine,
)
from ledger.registers.records import Need, Offer

MOMENT = datetime(2026, 11, 23, 8, 17, 13, 42, tzinfo=UTC)
PROVENANCE = Provenance("key-1", "leila", "lmoradi", "mashhad-3")

INTRODUCED = Entry(
    number=17,
    act=Act.INTRODUCE,
    effective_on=date(2026, 11, 20),
    recorded_at=MOMENT,
    request_key="key-1",
    actor="leila",
    system_user="lmoradi",
    host="mashhad-3",
    database_user=None,
    movements=(
        Movement(
            side=Side.NEED,
            account="N-0001",
            unit="EUR",
            from_stage=Stage.OPEN,
            to_stage=Stage.HELD,
            amount=10**17,
            deal="D-0001",
        ),
        Movement(
            side=Side.OFFER,
            account="O-0007",
            unit="IRR",
            from_stage=Stage.AVAILABLE,
            to_stage=Stage.HELD,
            amount=1,
            deal="D-0001",
        ),
    ),
    deal="D-0001",
)
REVERSED = replace(
    INTRODUCED,
    number=18,
    act=Act.REVERSE,
    movements=tuple(movement.mirror() for movement in reversed(INTRODUCED.movements)),
    database_user="cityfund",
    reference="Brief 7/2026",
    reason="قرارداد «اشتباه» بود",
    override="agreed",
    reverses=17,
)


def test_an_introduction_has_these_bytes_for_ever() -> None:
    assert canonical_entry(INTRODUCED) == (
        b'{"$":"cityfund.entry/1","act":"introduce","deal":"D-0001","effective_on":"2026-11-20",'
        b'"movements":[{"amount":"100000000000000000","deal":"D-0001","from":"open",'
        b'"holder":"N-0001","side":"need","to":"held","unit":"EUR"},{"amount":"1",'
        b'"deal":"D-0001","from":"available","holder":"O-0007","side":"offer","to":"held",'
        b'"unit":"IRR"}],"number":"17","recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"}}'
    )


def test_an_introduction_of_a_proposals_line_has_these_bytes_for_ever() -> None:
    proposed = ProposedLine("MAT-0012", 3)
    entry = replace(INTRODUCED, proposed=proposed, format=PROPOSED_FORMAT)
    assert canonical_entry(entry) == (
        b'{"$":"cityfund.entry/2","act":"introduce","deal":"D-0001","effective_on":"2026-11-20",'
        b'"movements":[{"amount":"100000000000000000","deal":"D-0001","from":"open",'
        b'"holder":"N-0001","side":"need","to":"held","unit":"EUR"},{"amount":"1",'
        b'"deal":"D-0001","from":"available","holder":"O-0007","side":"offer","to":"held",'
        b'"unit":"IRR"}],"number":"17","proposed":{"line":"3","proposal":"MAT-0012"},'
        b'"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"}}'
    )


def test_an_introduction_that_an_exemption_allows_has_these_bytes_for_ever() -> None:
    entry = replace(
        INTRODUCED,
        proposed=ProposedLine("MAT-0012", 3),
        exemptions=("EX-0001", "EX-0007"),
        format=EXEMPTED_FORMAT,
    )
    assert canonical_entry(entry) == (
        b'{"$":"cityfund.entry/4","act":"introduce","deal":"D-0001","effective_on":"2026-11-20",'
        b'"exemptions":["EX-0001","EX-0007"],'
        b'"movements":[{"amount":"100000000000000000","deal":"D-0001","from":"open",'
        b'"holder":"N-0001","side":"need","to":"held","unit":"EUR"},{"amount":"1",'
        b'"deal":"D-0001","from":"available","holder":"O-0007","side":"offer","to":"held",'
        b'"unit":"IRR"}],"number":"17","proposed":{"line":"3","proposal":"MAT-0012"},'
        b'"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"}}'
    )


def test_a_declaration_of_a_total_has_these_bytes_for_ever() -> None:
    (movement, _) = INTRODUCED.movements
    declared = replace(movement, from_stage=Stage.UNDECLARED, to_stage=Stage.OPEN, deal=None)
    entry = replace(
        INTRODUCED,
        act=Act.DECLARE,
        deal=None,
        movements=(declared,),
        total=10**17,
        format=TOTAL_FORMAT,
    )
    assert canonical_entry(entry) == (
        b'{"$":"cityfund.entry/3","act":"declare","effective_on":"2026-11-20",'
        b'"movements":[{"amount":"100000000000000000","from":"undeclared",'
        b'"holder":"N-0001","side":"need","to":"open","unit":"EUR"}],"number":"17",'
        b'"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"},'
        b'"total":"100000000000000000"}'
    )


def test_the_numbers_of_formats_are_stored_and_mean_the_same_for_ever() -> None:
    of_versions = (CANONICAL_FORMAT, IDENTITY_FORMAT)
    of_requests = (CANONICAL_FORMAT, SALTED_FORMAT, CHAINED_FORMAT, BOUND_FORMAT)
    assert (of_versions, of_requests) == ((1, 2), (1, 2, 3, 4))


def test_a_reversal_with_all_its_words_has_these_bytes_for_ever() -> None:
    assert (
        canonical_entry(REVERSED)
        == (
            '{"$":"cityfund.entry/1","act":"reverse","deal":"D-0001","effective_on":"2026-11-20",'
            '"movements":[{"amount":"1","deal":"D-0001","from":"held","holder":"O-0007",'
            '"side":"offer","to":"available","unit":"IRR"},{"amount":"100000000000000000",'
            '"deal":"D-0001","from":"held","holder":"N-0001","side":"need","to":"open",'
            '"unit":"EUR"}],"number":"18","override":"agreed","reason":"قرارداد «اشتباه» بود",'
            '"recorded_at":"2026-11-23T08:17:13.000042Z","reference":"Brief 7/2026",'
            '"reverses":"17","said":{"actor":"leila","database_user":"cityfund",'
            '"host":"mashhad-3","key":"key-1","system_user":"lmoradi"}}'
        ).encode()
    )


def test_a_version_of_an_offer_has_these_bytes_for_ever() -> None:
    offer = Offer(
        code="O-0007",
        provider="IsDB",
        factor=Factor.MONEY,
        unit="USD",
        declared_on=date(2026, 2, 1),
        topics=("monorail", "metro"),
        valid_until=date(2027, 1, 31),
        min_ticket=0,
        max_ticket=500_000_000,
        max_share=Decimal("0.50"),
        note="",
        withdrawn=True,
    )
    assert canonical_version("offer", "O-0007", 2, offer, MOMENT, PROVENANCE, "extended") == (
        b'{"$":"cityfund.version/1","code":"O-0007","kind":"offer","reason":"extended",'
        b'"record":{"code":"O-0007","declared_on":"2026-02-01","factor":"money",'
        b'"max_share":"0.50","max_ticket":"500000000","min_ticket":"0","provider":"IsDB",'
        b'"topics":["monorail","metro"],"unit":"USD","valid_until":"2027-01-31",'
        b'"withdrawn":true},"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"},'
        b'"version":"2"}'
    )


def test_a_version_of_a_need_and_of_a_deal_have_these_bytes_for_ever() -> None:
    need = Need(
        code="N-1", project="P-1", factor=Factor.EXPERTISE, unit="person-day", divisible=False,
        declared_on=date(2026, 1, 1),
    )  # fmt: skip
    deal = Deal(code="D-1", offer="O-1", need="N-1", rate=Decimal("0.000000085000"))
    tail = (
        b'"recorded_at":"2026-11-23T08:17:13.000042Z",'
        b'"said":{"actor":"leila","host":"mashhad-3","key":"key-1","system_user":"lmoradi"},'
        b'"version":"1"}'
    )
    assert canonical_version("need", "N-1", 1, need, MOMENT, PROVENANCE) == (
        b'{"$":"cityfund.version/1","code":"N-1","kind":"need","record":{"code":"N-1",'
        b'"declared_on":"2026-01-01","factor":"expertise","project":"P-1",'
        b'"unit":"person-day"},' + tail
    )
    assert canonical_version("deal", "D-1", 1, deal, MOMENT, PROVENANCE) == (
        b'{"$":"cityfund.version/1","code":"D-1","kind":"deal","record":{"code":"D-1",'
        b'"need":"N-1","offer":"O-1","rate":"0.000000085000"},' + tail
    )


def test_a_setting_is_a_mapping() -> None:
    got = canonical_version("setting", "time_zone", 1, {"value": "Asia/Tehran"}, MOMENT, PROVENANCE)
    assert json.loads(got)["record"] == {"value": "Asia/Tehran"}


def test_the_moment_is_the_same_from_any_clock() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    elsewhere = replace(INTRODUCED, recorded_at=MOMENT.astimezone(tehran))
    assert canonical_entry(elsewhere) == canonical_entry(INTRODUCED)


WORDS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(reason=WORDS, reference=WORDS, number=st.integers(1, 2**63 - 1))
def test_different_entries_have_different_bytes(
    reason: str | None, reference: str | None, number: int
) -> None:
    entry = replace(INTRODUCED, number=number, reason=reason, reference=reference)
    read = json.loads(canonical_entry(entry))
    assert (read.get("reason"), read.get("reference")) == (reason, reference)
    assert int(read["number"]) == number
    assert next(iter(read)) == "$"
