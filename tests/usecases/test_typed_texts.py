"""What officers write beside an act: kept so that an export brings back the very same act."""

from __future__ import annotations

from datetime import date

import pytest
from world import World, asked

from ledger.core.requests import MalformedActor
from ledger.core.text import ControlCharacter, TextTooLong
from ledger.usecases.deals import acts
from ledger.usecases.deals.terms import OutsideMandate

UNTIL = date(2026, 12, 31)
TEXTS = ("reference", "note", "reason")


@pytest.fixture
def fund(world: World) -> World:
    world.need("10M EUR", code="N-0001")
    world.offer("10M EUR", code="O-0001", min_ticket=2_000_000_00)
    return world


@pytest.mark.parametrize("name", [*TEXTS, "override"])
@pytest.mark.parametrize("text", ["\x1b[31mred", "a\x00b", "line\rover"])
def test_control_characters_are_refused_in_every_text(fund: World, name: str, text: str) -> None:
    with fund.refuses(ControlCharacter, f"The {name} has", "U+00"):
        fund.introduce("3M EUR", until=UNTIL, **{name: text})


@pytest.mark.parametrize("name", [*TEXTS, "override"])
def test_a_text_is_bounded(fund: World, name: str) -> None:
    with fund.refuses(TextTooLong, "10,001", "10,000"):
        fund.introduce("3M EUR", until=UNTIL, **{name: "x" * 10_001})


def test_texts_are_kept_composed_and_without_space_around_them(fund: World) -> None:
    fund.introduce("3M EUR", until=UNTIL, reference=" Lettre Socie\u0301te\u0301\n", reason="  ")
    fund.commit(reference=" 12 ")
    _, _, introduced, committed = fund.entries()
    assert introduced.reference == "Lettre Soci\u00e9t\u00e9"
    assert introduced.reason is None
    assert committed.reference == "12"


@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_an_empty_override_is_no_reason(fund: World, nothing: str) -> None:
    with fund.refuses(OutsideMandate, "--override"):
        fund.introduce("1M EUR", until=UNTIL, override=nothing)


def test_an_edited_note_is_held_to_the_same(fund: World) -> None:
    fund.introduce("3M EUR", until=UNTIL, note="first")
    with fund.refuses(ControlCharacter, "note"):
        _note(fund, "a\x07b")
    _note(fund, "  ")
    assert fund.record("deal", "D-0001").note is None


def _note(fund: World, text: str) -> None:
    fund.do(lambda uow: acts.edit_deal(uow, acts.DealEdit(deal="D-0001", note=text)))


@pytest.mark.parametrize("actor", ["", " ", "x" * 201, "Sara\x1b[2J", "Sara\nReza"])
def test_an_actor_is_a_name_of_one_line(actor: str) -> None:
    with pytest.raises(MalformedActor):
        asked("test", actor=actor)
