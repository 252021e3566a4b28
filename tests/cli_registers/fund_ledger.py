"""A ledger with a small member city, two providers, a project and its needs, and two offers."""

from __future__ import annotations

from officer import Officer


def furnish(officer: Officer) -> None:
    """Add a city, two providers, a project and three offers."""
    officer.says("city add Mashhad --code MHD --country IR --member-since 1993")
    officer.says("provider add 'Example Development Bank' --code EDB --kind bank --country DE")
    officer.says("provider add 'Metro Builders' --code MBL --kind firm")
    officer.says(
        "project add 'Urban railway line 3' --city MHD --sector transport.urban --on 2026-01-10",
        *("--need", "money 90M EUR", "--need", "expertise 40 person-day metro"),
        *("--need", "implementation 8 km metro", "--need", "money ? IRR"),
    )
    officer.says("offer add EDB money '100M EUR' --sectors transport --on 2026-01-10")
    officer.says("offer add EDB expertise '30 person-day' --topics tramway --on 2026-01-10")
