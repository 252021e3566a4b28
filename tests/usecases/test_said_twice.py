"""Said twice, done once: keys, replays, dry runs."""

from __future__ import annotations

import pytest
from world import World

from ledger.core.requests import KeyReused

SAID = {"quantity": "50 EUR", "until": "2027-01-31"}


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR")
    world.offer("80 EUR")
    return world


def test_the_same_request_said_twice_gives_the_first_receipt(metro):
    first = metro.introduce("50 EUR", key="letter-7", given=SAID)
    with metro.unchanged():
        again = metro.introduce("50 EUR", key="letter-7", given=SAID)

    assert again == {**first, "replayed": True}


def test_a_replay_asks_nothing_of_today(metro):
    """The first receipt comes back even where the act itself would be refused by now."""
    metro.introduce("80 EUR", key="letter-7", given=SAID)
    metro.withdraw("need", "N-0001")

    assert metro.introduce("80 EUR", key="letter-7", given=SAID)["replayed"]


def test_the_same_key_with_other_input_names_what_differs(metro):
    metro.introduce("50 EUR", key="letter-7", given=SAID)
    with metro.refuses(KeyReused, "quantity: first '50 EUR', now '60 EUR'"):
        metro.introduce("60 EUR", key="letter-7", given={**SAID, "quantity": "60 EUR"})


def test_the_same_key_of_another_command_is_refused(metro):
    metro.introduce("50 EUR", key="letter-7", given=SAID)
    with metro.refuses(KeyReused, "`deal commit`"):
        metro.commit(key="letter-7", given=SAID, command="deal commit")


def test_a_list_said_again_is_the_same_list(metro):
    for _ in range(2):
        answer = metro.introduce("50 EUR", key="letter-7", given={"topics": ("metro", "bus")})

    assert answer["replayed"]


def test_without_a_key_the_program_makes_one_and_tells_it(metro):
    first, second = metro.introduce("10 EUR"), metro.introduce("10 EUR")

    assert first["key"] != second["key"]
    assert metro.deal_stages() == {"held": 2000}


def test_a_dry_run_tells_what_would_be_and_leaves_no_trace(metro):
    with metro.unchanged():
        answer = metro.introduce("50 EUR", key="letter-7", given=SAID, dry_run=True)
    assert answer["dry_run"]
    assert answer["need"]["held"] == "50.00"

    real = metro.introduce("50 EUR", key="letter-7", given=SAID)
    assert not real["replayed"]
    assert "dry_run" not in real


def test_a_refused_request_leaves_its_key_free(metro):
    with pytest.raises(Exception, match="available"):
        metro.introduce("90 EUR", key="letter-7", given={"quantity": "90 EUR"})

    assert not metro.introduce("50 EUR", key="letter-7", given=SAID)["replayed"]


def test_who_said_it_is_kept_with_the_entry(metro):
    metro.introduce("50 EUR", key="letter-7", reason="agreed in Mashhad")
    entry = metro.entries()[-1]

    assert (entry.actor, entry.system_user, entry.host) == ("officer", "tester", "office")
    assert (entry.request_key, entry.reason) == ("letter-7", "agreed in Mashhad")
