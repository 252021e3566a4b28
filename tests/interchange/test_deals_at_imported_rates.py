"""A deal without a rate of its own takes the table's, also where both come in one import."""

from __future__ import annotations

from pathlib import Path

from world import World

from cli.main import main


def test_a_deal_takes_the_rate_that_came_with_it(world: World, tmp_path: Path) -> None:
    world.need("1000 EUR")
    world.offer("5000 USD", unit="USD")
    (tmp_path / "rates.csv").write_text("date,base,quote,rate\n2026-03-01,EUR,USD,1.25\n")
    (tmp_path / "deals.csv").write_text(
        "code,offer,need,act,quantity,unit,effective_on,held_until\n"
        "D-7,O-0001,N-0001,introduced,100,EUR,2026-03-02,2027-01-31\n"
    )

    assert main(["import", str(tmp_path), "--db", world.url, "--yes", "--quiet"]) == 0
    assert world.deal_stages("D-7", "offer") == {"held": 12_500}
