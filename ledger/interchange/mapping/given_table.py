"""The table `given`: what a provider has committed to a need, or delivered to it, in one row.

It is no table of the ledger. A rule writes it in place of the three that it stands for: providers,
offers and deals.
"""

from __future__ import annotations

from typing import Final

from ledger.interchange.canonical import Table
from ledger.registers.spec import ColumnSpec, Kind, required

GIVEN: Final = Table(
    "given",
    ("need", "provider", "instrument"),
    (
        required("need", Kind.CODE, "code of the need"),
        required("provider", Kind.CODE, "code of the provider"),
        ColumnSpec("committed", Kind.AMOUNT, "how much the two have agreed on"),
        ColumnSpec("delivered", Kind.AMOUNT, "how much of it has arrived"),
        required("date", Kind.DATE, "day of the act"),
        ColumnSpec("provider_name", Kind.TEXT, "the provider's name; its code's words if empty"),
        ColumnSpec("provider_kind", Kind.CODE, "kind of provider; donor if empty"),
        ColumnSpec("country", Kind.CODE, "the provider's country", vocabulary="countries"),
        ColumnSpec("instrument", Kind.CODE, "way of giving, e.g. grant or loan"),
        ColumnSpec("reference", Kind.TEXT, "number of the paper that proves the act"),
        ColumnSpec("unit", Kind.CODE, "unit of the amounts; the need's if empty"),
    ),
)
"""What a foreign row says of one provider and one need."""
