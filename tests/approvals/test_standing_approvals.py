"""What a standing approval does not cover is found, although a night recorded it by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from people import Person
from world import World

from ledger.store.approvals import read_standing
from ledger.usecases.check import run_checks

pytestmark = pytest.mark.every_engine

PAID = """provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference
BANK,2026-11,1,2026-11-23,delivery,D-0001,,,900,EUR,PAY-1
"""


@pytest.fixture
def paid(sara: Person, tmp_path: Path) -> str:
    """Let a delivery be stated that needs an approval, and give the line of the night."""
    for line in (
        "provider add Other --code OTHER --kind firm",
        'deal commit D-0001 "5M EUR" --on 2026-11-23',
        "approval rule add post-deliveries",
    ):
        sara.says(line)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_text(PAID, encoding="utf-8")
    return f"reconcile --only statements --inbox {inbox} --post-deliveries --sender BANK=*"


def posted_by_the_first(lea: Person, world: World, night: str) -> str:
    """Run a night that takes the first standing approval for any, and give what is found of it."""

    def any_one(uow: object) -> object:
        return read_standing(uow.connection, uow.units)[0]  # type: ignore[attr-defined]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ledger.store.session.approvals._standing", any_one)
        lea.tries(night)
    assert lea.asks("need show N-0001")["delivered"] == "900.00"
    with pytest.MonkeyPatch.context() as patched:
        # Among several writers, what is of just now may not have been visible to the night.
        patched.setattr("ledger.checks.approvals.LATE_BY", 0)
        (checked,) = run_checks(world.ledger, ["approvals"])
    return str(checked.failures) if checked.failures else ""


@pytest.mark.parametrize("provider", ["BANK", "OTHER"])
def test_one_of_another_provider_is_found(
    sara: Person, lea: Person, world: World, paid: str, provider: str
) -> None:
    sara.says(f"approval standing add {provider} '1500 EUR' --until 2026-12-31")
    found = posted_by_the_first(lea, world, paid)
    assert ("is for OTHER and not for BANK" in found) == (provider == "OTHER")


def test_one_that_was_ended_is_found(sara: Person, lea: Person, world: World, paid: str) -> None:
    sara.says("approval standing add BANK '1500 EUR' --until 2026-12-31")
    sara.says("approval standing end SA-0001")
    assert "had been ended" in posted_by_the_first(lea, world, paid)
