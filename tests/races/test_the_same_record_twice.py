"""Two officers add the same thing at once: one record, and one refusal that names it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hands import DONE, Hand, Job, broken_checks, hands
from ledgers import Ledgers
from world import asked

from ledger.store.registers import load_all
from ledger.store.session.execute import execute
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms

ROUNDS = 3


class Adder(Hand):
    """An officer who adds records by their typed terms."""

    def add(self, kind: str, terms: dict[str, str]) -> Any:
        typed = TypedTerms(terms)
        request = asked(f"{kind} add")
        return execute(self.ledger, request, lambda uow: records.add(uow, kind, typed))


TWICE = {
    "meeting": ({"body": "B-1", "name": "Assembly {}", "from": "2021-03-04"}, "AlreadyThere"),
    "credential": (
        {"city": "MHD", "topic": "brt", "what": "lane {}", "grade": "gold", "source": "S"},
        "AlreadyCredentialed",
    ),
    "seat": ({"city": "MHD", "body": "B-{}", "role": "member", "from": "2021"}, "SeatOverlaps"),
    "partnership": (
        {"city": "MHD", "with_city": "C-{}", "kind": "twinning", "signed": "2021"},
        "AlreadyThere",
    ),
}


@pytest.mark.parametrize("kind", TWICE)
def test_one_is_recorded_and_the_other_officer_hears_of_it(ledgers: Ledgers, kind: str) -> None:
    url = ledgers.new()
    first = Adder(url)
    first.city("MHD")
    for number in range(1, ROUNDS + 1):
        first.add("body", {"name": f"Body {number}", "code": f"B-{number}", "kind": "board"})
        first.city(f"C-{number}")
    first.ledger.engine.dispose()
    template, refusal = TWICE[kind]

    with hands(2, lambda: Adder(url)) as adders:
        for number in range(1, ROUNDS + 1):
            terms = {name: value.format(number) for name, value in template.items()}
            # Codes of their own: the same next code would stop one of them by itself.
            coded = ({**terms, "code": f"X-{number}{officer}"} for officer in "AB")
            endings = adders.all_at_once([Job("add", (kind, one)) for one in coded])
            assert Counter(one.name for one in endings) == {DONE: 1, refusal: 1}, endings

    with first.ledger.read() as connection:
        assert len(load_all(connection, kind)) == ROUNDS
    assert broken_checks(url) == []
