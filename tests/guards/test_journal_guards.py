"""The journal's rules in the database itself: each attacked without the program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import psycopg
import pytest
from raw import Raw
from world import World

from ledger.core.factors import Factor

Refusal = (sqlite3.IntegrityError, psycopg.IntegrityError)

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
NOT_ALLOWED = "this movement is not allowed"


@pytest.fixture
def metro(world: World) -> World:
    """A need and an offer of 100 EUR each, 50 of them held on 1 March by D-0001 (entry 3)."""
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("50 EUR", on=MARCH)
    world.need("100 EUR", code="N-0002")
    return world


def enter(raw: Raw, act: str, lines: int = 1, **more: object) -> int:
    """Write an entry's head as the program would; give its number."""
    number = raw.execute("SELECT max(id) + 1 FROM entry").fetchone()[0]
    row = {
        "id": number,
        "act": act,
        "effective_on": "2026-05-01",
        "recorded_at": 1,
        "request_id": 1,
        "deal_id": None,
        "reverses": None,
        "lines": lines,
        "format": 1,
        **more,
    }
    write(raw, "entry", row)
    return number


def move(raw: Raw, entry: int, way: str, amount: int = 1, **more: object) -> None:
    """Write a movement of the need N-0001, unless `more` says otherwise."""
    source, target = way.split(" to ")
    row = {
        "entry_id": entry,
        "line": 1,
        "holder_id": holder(raw, "need", "N-0001"),
        "deal_id": None,
        "unit": "EUR",
        "from_stage": source,
        "to_stage": target,
        "amount": amount,
        "effective_on": "2026-05-01",
        "recorded_at": 1,
        **more,
    }
    write(raw, "movement", row)


def write(raw: Raw, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" for _ in row)
    raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def holder(raw: Raw, side: str, code: str) -> int:
    return raw.execute(f"SELECT id FROM {side} WHERE code = ?", [code]).fetchone()[0]


def attack(world: World, words: str, *steps) -> None:
    """Take all steps in one transaction; the last is refused and nothing of it stays."""
    with world.unchanged(), closing(world.raw()) as raw:
        raw.execute("BEGIN")
        *before, last = steps
        for step in before:
            step(raw)
        with pytest.raises(Refusal, match=words):
            last(raw)
        raw.execute("ROLLBACK")


def test_the_attackers_tools_can_write_what_is_allowed(metro):
    with closing(metro.raw()) as raw:
        move(raw, enter(raw, "withdraw"), "open to withdrawn", 1000)

    assert metro.stages("need", "N-0001") == {"open": 4000, "held": 5000, "withdrawn": 1000}


def test_no_stage_falls_below_zero(metro):
    attack(
        metro,
        "balance_free",
        lambda raw: move(raw, enter(raw, "withdraw"), "open to withdrawn", 5001),
    )


def test_no_deal_falls_below_zero_where_its_need_has_more(metro):
    metro.offer("100 EUR", code="O-0002")
    metro.introduce("50 EUR", offer="O-0002", on=MARCH)
    attack(
        metro,
        "deal_balance_held",
        lambda raw: move(raw, enter(raw, "release", deal_id=1), "held to open", 5001, deal_id=1),
    )


@pytest.mark.parametrize("amount", [0, -1, 4 * 10**18 + 1])
def test_no_movement_of_nothing_or_too_much(metro, amount):
    attack(
        metro,
        "movement_amount",
        lambda raw: move(raw, enter(raw, "declare"), "undeclared to open", amount),
    )


@pytest.mark.parametrize(
    ("act", "way"),
    [
        ("deliver", "open to delivered"),
        ("introduce", "open to committed"),
        ("withdraw", "held to withdrawn"),
        ("expire", "open to expired"),
        ("declare", "undeclared to held"),
        ("introduce", "available to held"),
    ],
)
def test_no_move_but_the_allowed(metro, act, way):
    attack(metro, NOT_ALLOWED, lambda raw: move(raw, enter(raw, act), way))


def test_no_other_unit_than_the_holders(metro):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(raw, enter(raw, "withdraw"), "open to withdrawn", unit="USD"),
    )


@pytest.mark.parametrize("wrong", [{"effective_on": "2026-05-02"}, {"recorded_at": 2}])
def test_no_other_date_than_the_entrys(metro, wrong):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(raw, enter(raw, "withdraw"), "open to withdrawn", **wrong),
    )


@pytest.mark.parametrize("line", [0, 2, -1])
def test_no_line_that_the_entry_did_not_announce(metro, line):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(raw, enter(raw, "withdraw"), "open to withdrawn", line=line),
    )


def test_nothing_is_appended_to_an_old_entry(metro):
    entry = metro.entries()[2]
    moment = {"effective_on": "2026-03-01", "line": 3}

    def append(raw: Raw) -> None:
        at = raw.execute("SELECT recorded_at FROM entry WHERE id = ?", [entry.number]).fetchone()
        move(raw, entry.number, "open to held", recorded_at=at[0], **moment)

    attack(metro, NOT_ALLOWED, append)


def test_no_movement_of_a_deal_on_a_stranger(metro):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(
            raw,
            enter(raw, "introduce", deal_id=1),
            "open to held",
            holder_id=holder(raw, "need", "N-0002"),
            deal_id=1,
        ),
    )


def test_no_movement_of_another_deal_than_the_entrys(metro):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(raw, enter(raw, "introduce"), "open to held", deal_id=1),
    )


NO_SUCH = "no such act, or no such day"


def test_no_entry_of_an_unknown_act(metro):
    attack(metro, NO_SUCH, lambda raw: enter(raw, "seize"))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "2026-1-1", "0000-12-31"])
def test_no_entry_on_a_day_that_is_none(metro, day):
    attack(metro, NO_SUCH, lambda raw: enter(raw, "withdraw", effective_on=day))


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"])
def test_no_entry_on_a_day_that_no_program_can_read(metro, day):
    attack(metro, NO_SUCH, lambda raw: enter(raw, "withdraw", effective_on=day))


def test_no_deal_across_factors_or_at_no_rate(metro):
    columns = "id, code, folded, offer_id, need_id, rate, request_id"
    rates = ("0", "0.000", "-1", "NaN", "Infinity", "one", "")
    for offer, rate in (("O-0009", "1"), *(("O-0001", rate) for rate in rates)):
        if offer == "O-0009":
            metro.offer("10 person-day", code=offer, factor=Factor.EXPERTISE, unit="person-day")
        attack(
            metro,
            "a deal joins one factor, at a rate above zero",
            lambda raw, offer=offer, rate=rate: raw.execute(
                f"INSERT INTO deal ({columns}) SELECT 99, 'D-X', 'd-x', offer.id, need.id, ?,"
                " need.request_id FROM need, offer WHERE need.code = 'N-0001' AND offer.code = ?",
                [rate, offer],
            ),
        )


def test_no_move_of_a_deals_stages_without_its_deal(metro):
    attack(
        metro,
        NOT_ALLOWED,
        lambda raw: move(raw, enter(raw, "commit", deal_id=1), "held to committed"),
    )


def test_no_move_is_added_to_the_allowed_ones(metro):
    attack(
        metro,
        "the table of allowed moves is closed",
        lambda raw: raw.execute(
            "INSERT INTO allowed_move (act, side, from_stage, to_stage)"
            " VALUES ('deliver', 'need', 'open', 'delivered')"
        ),
    )


def test_no_reversal_before_the_reversed(metro):
    attack(
        metro,
        "before the entry it reverses",
        lambda raw: enter(raw, "reverse", reverses=3, effective_on="2026-02-28"),
    )


def test_no_second_reversal_unless_the_first_was_reversed(metro):
    def refused(number: int) -> None:
        again = {"reverses": number, "effective_on": "2026-11-23"}
        words = "this entry is reversed already"
        attack(metro, words, lambda raw: enter(raw, "reverse", **again))

    (first,) = metro.reverse(3)["entries"]
    refused(3)
    (second,) = metro.reverse(first)["entries"]
    refused(first)
    metro.reverse(3)
    refused(3)
    # It would bring the first reversal back beside the newest one.
    refused(second)


@pytest.mark.parametrize(("act", "reverses"), [("reverse", None), ("commit", 3)])
def test_a_reversal_and_only_a_reversal_names_what_it_reverses(metro, act, reverses):
    attack(metro, "entry_reverses", lambda raw: enter(raw, act, reverses=reverses))


def test_no_entry_without_lines(metro):
    attack(metro, "entry_lines", lambda raw: enter(raw, "withdraw", lines=0))


def test_no_overdraft_on_the_timeline_of_effective_dates(metro):
    """Held on 1 April for N-0002 and released in May: in April there is nothing to hold."""
    metro.introduce("50 EUR", need="N-0002", on=APRIL)
    metro.release(deal="D-0002", on=date(2026, 5, 1))
    attack(
        metro,
        "below zero on the timeline",
        lambda raw: withdraw_offered(raw, "2026-03-15", 1),
    )


def withdraw_offered(raw: Raw, day: str, amount: int) -> None:
    dated = {"effective_on": day}
    offer = holder(raw, "offer", "O-0001")
    entry = enter(raw, "withdraw", **dated)
    move(raw, entry, "available to withdrawn", amount, holder_id=offer, **dated)


def test_within_a_day_only_the_recorded_order_counts(metro):
    """All of April's hold is there on 1 May again: what is taken first that day is no matter."""
    metro.introduce("50 EUR", need="N-0002", on=APRIL)
    metro.release(deal="D-0002", on=date(2026, 5, 1))
    metro.release(deal="D-0001", on=date(2026, 5, 2))
    with closing(metro.raw()) as raw:
        withdraw_offered(raw, "2026-05-01", 5000)

    attack(metro, "below zero on the timeline", lambda raw: withdraw_offered(raw, "2026-05-01", 1))


@pytest.mark.parametrize("side", ["need", "offer"])
def test_no_overdraft_of_a_deal_on_a_day_on_which_its_need_has_more(metro, side):
    """The other deal holds as much in March: this one's release of April may not be of March."""
    metro.offer("100 EUR", code="O-0002")
    metro.introduce("50 EUR", offer="O-0002", on=MARCH)
    metro.introduce("50 EUR", need="N-0002", on=MARCH)
    metro.release("50 EUR", on=APRIL)
    metro.introduce("50 EUR", on=date(2026, 5, 1))
    dated = {"effective_on": "2026-04-15"}
    free = "open" if side == "need" else "available"

    def release(raw: Raw) -> None:
        owner = holder(raw, side, f"{side[0].upper()}-0001")
        entry = enter(raw, "release", deal_id=1, **dated)
        move(raw, entry, f"held to {free}", 1, deal_id=1, holder_id=owner, **dated)

    attack(metro, "below zero on the timeline", release)


def test_no_version_with_a_hole_before_it(metro):
    def skip(raw: Raw) -> None:
        row = raw.rows("SELECT * FROM need_version LIMIT 1")[0]
        write(raw, "need_version", {**row, "version": 3})

    attack(metro, "need_version takes versions one after another only", skip)


@pytest.mark.parametrize("table", ["balance", "deal_balance"])
def test_balances_are_never_deleted_or_begun_again(metro, table):
    attack(metro, "rows are kept", lambda raw: raw.execute(f"DELETE FROM {table}"))
    attack(
        metro,
        "rows start at zero, once",
        lambda raw: raw.execute(
            f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO NOTHING"
        ),
    )


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("table", ["balance", "deal_balance"])
def test_balances_are_never_replaced(metro, table):
    attack(
        metro,
        "rows start at zero, once",
        lambda raw: raw.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"),
    )


def test_balances_keep_their_owner(metro):
    attack(
        metro,
        "balance rows keep their holder",
        lambda raw: raw.execute("UPDATE balance SET holder_id = holder_id + 100"),
    )
    attack(
        metro,
        "deal_balance rows keep their deal",
        lambda raw: raw.execute("UPDATE deal_balance SET deal_id = deal_id + 100"),
    )


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("rate", ["NaN", "Infinity", "0.0"])
def test_no_exchange_rate_that_is_no_number_above_zero(metro, rate):
    row = {"id": 9, "day": "2026-01-01", "base": "EUR", "quote": "USD", "rate": rate}
    row |= {"withdrawn": False, "request_id": 1, "recorded_at": 1}
    attack(metro, "a rate is a number above zero", lambda raw: write(raw, "rate", row))


@pytest.mark.only_on("postgresql")
def test_no_table_of_a_session_stands_in_for_the_ledgers(metro):
    def shadow(raw: Raw) -> None:
        raw.execute("CREATE TEMP TABLE allowed_move AS SELECT * FROM public.allowed_move")
        raw.execute("UPDATE pg_temp.allowed_move SET to_stage = 'delivered' WHERE act = 'withdraw'")

    attack(
        metro,
        NOT_ALLOWED,
        shadow,
        lambda raw: move(raw, enter(raw, "withdraw"), "open to delivered"),
    )


def test_the_fund_holds_nothing(metro):
    attack(
        metro,
        "holder_side",
        lambda raw: write(
            raw, "holder", {"id": 99, "side": "fund", "unit": "EUR", "request_id": 1}
        ),
    )
