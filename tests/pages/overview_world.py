"""A ledger with something to show in every part of the overview, and texts that try to break it."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine
from officer import Officer

BEGINNING = datetime(2026, 9, 29, 11, tzinfo=UTC)
HOSTILE = "</title><script>alert(1)</script> \"'&<img src=x onerror=alert(2)>"
"""A title that would be markup if it were not escaped."""

_LINES = {
    "2026-09-29": (
        "city add Mashhad --code MHD --country IR --name-local مشهد",
        "city add 'São Paulo' --code SAO --country BR --name-local 'São Paulo'",
        "city add Lahore --code LHE --country PK --name-local لاہور",
        "city add Accra --code ACC --country GH",
        "provider add Bank --code BANK --kind bank --country FR",
        "provider add Builders --code BUILD --kind firm --country TR",
        "provider add 'São Paulo' --code SAO --kind city --city SAO",
        "rates add EUR USD 1.085 --on 2026-08-20 --source test",
        "project add 'Urban railway line 3, northern extension' --city MHD --sector transport.rail",
        "project add 'Bus rapid transit' --city LHE --sector transport.urban",
        "project add 'Waste water' --city ACC --sector waterAndWaste",
        "project add 'Flood walls' --city ACC --sector naturalResources.floodProtection",
        "need add PRJ-0001 money '250M EUR'",
        "need add PRJ-0001 expertise '1200 person-day' --topic metro",
        "need add PRJ-0001 implementation '1 package'",
        "need add PRJ-0002 money '80M USD'",
        "need add PRJ-0002 expertise '? person-day'",
        "need add PRJ-0003 money '12000000 EUR'",
        "need add PRJ-0003 money '900M IRR'",
        "need add PRJ-0004 money '2M EUR'",
        "offer add BANK money '40M EUR'",
        "offer add BANK money '9M USD' --valid-until 2026-12-10",
        "offer add SAO expertise '600 person-day' --topics metro",
        "reconcile --clock-is-right",
    ),
    "2026-09-30": (
        "approach add N-0001 BANK",
        "approach add N-0004 BANK",
        "approach reply AP-0001 interested",
        "deal introduce O-0001 N-0001 '15M EUR' --commit --approach AP-0001",
        "deal introduce O-0001 N-0008 '2M EUR' --commit",
        "deal introduce O-0003 N-0002 '300 person-day' --commit",
        "reconcile --clock-is-right",
    ),
    "2026-10-01": (
        "deal deliver D-0001 '5M EUR'",
        "deal deliver D-0003 '120 person-day'",
        "deal introduce O-0001 N-0001 '4M EUR' --until 2027-06-30",
        "reconcile --clock-is-right",
    ),
}


def furnish(officer: Officer) -> None:
    """Fill a ledger over three days, with a night after each."""
    for day, lines in _LINES.items():
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
        with time_machine.travel(noon, tick=True):
            for line in lines:
                answer = officer.tries(line)
                assert answer.code in {0, 1}, (line, answer)
            if day == "2026-09-29":
                officer.says("project add --city MHD --sector transport.urban", HOSTILE)
                officer.says("need add PRJ-0005 implementation '2 package'")
