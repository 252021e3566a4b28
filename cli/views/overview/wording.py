"""What the page of the overview is written with: its style, its words, and its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from ledger.core.quantity import Unit, format_known
from ledger.reference.places import countries
from ledger.reference.terms import sectors
from ledger.reports.html import escaped_html, table_html
from ledger.reports.language import Language, marked
from ledger.reports.table import Column

if TYPE_CHECKING:
    from ledger.summaries.coverage import BaseCoverage
    from ledger.usecases.overview import Overview

PAGE_STYLE: Final = """\
ul.figures { list-style: none; padding: 0; margin: 0 0 1rem; display: grid; gap: .75rem;
  grid-template-columns: repeat(2, 1fr); }
@media (min-width: 48rem) { ul.figures { grid-template-columns: repeat(4, 1fr); } }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; break-after: avoid; }
table { font-size: .85rem; }
th, td { padding: .3rem .45rem; }
thead th.n { white-space: normal; }
tbody th:not(.c), td:not(.n):not(.c) { min-width: 7rem; }
ul.figures li { border: 1px solid var(--line); border-inline-start: 4px solid #2a6fb8;
  border-radius: 4px; padding: .5rem .75rem; }
ul.figures b { display: block; font-size: 1.35rem; line-height: 1.3;
  font-variant-numeric: tabular-nums; }
ul.figures span { color: var(--soft); font-size: .875rem; }
nav ul { padding: 0; margin: 0 0 1rem; list-style: none; display: flex; flex-wrap: wrap;
  gap: .25rem 1rem; font-size: .9rem; }
nav a { color: #0b4f8a; display: inline-block; padding: .25rem 0; }
section > p { max-width: 45rem; margin: .25rem 0; }
section p.none { color: var(--soft); }
section { break-inside: auto; }
h2 { break-after: avoid; }
@media print { @page { size: A4 landscape; margin: 1.2cm; }
  nav { display: none; } ul.figures { grid-template-columns: repeat(8, 1fr); gap: .3rem; }
  ul.figures li { padding: .3rem; } ul.figures b { font-size: 1rem; }
  table { font-size: 7.5pt; width: auto; overflow-wrap: normal; }
  th, td { padding: .2rem .35rem; } td.n, td.c { white-space: nowrap; }
  tbody th:not(.c), td:not(.n):not(.c) { min-width: 4rem; } }
"""
PLACES: Final = {"office": marked("Office"), "country": marked("Country")}
FACTORS: Final = (marked("money"), marked("expertise"), marked("implementation"))
OBSTACLES: Final = {
    "quantified": marked("the amount is not known"),
    "unit": marked("offers are in another unit"),
    "topic": marked("offers do not name this topic"),
    "sector": marked("offers do not cover this sector"),
    "geography": marked("offers do not reach this city"),
    "instrument": marked("offers have no accepted instrument"),
    "window": marked("offers are not valid on the day"),
    "start": marked("offers cannot start in time"),
    "retired": marked("offers are of retired providers"),
    "ticket": marked("the tickets of offers do not fit this need"),
    "share": marked("offers may not give the share they would take"),
    "indivisible": marked("offers cannot take this indivisible need whole"),
    "restricted": marked("offers are barred by a restriction"),
}
"""The main obstacle, by the rule that most offers fail."""
NO_OFFERS: Final = marked("no offer of this factor has anything available")
STAGES: Final = {
    "sent": marked("sent"),
    "waiting": marked("waiting"),
    "silent": marked("silent"),
    "answered": marked("answered"),
    "interested": marked("interested"),
    "offered": marked("offered"),
    "held": marked("held"),
    "committed": marked("committed"),
    "delivered": marked("delivered"),
}
PARTS: Final = ("delivered", "committed", "held", "open")
KEY: Final = {
    "delivered": marked("delivered"),
    "committed": marked("committed"),
    "held": marked("held"),
    "open": marked("open"),
}
MOST_BARS: Final = 12
MOST_PROJECTS: Final = 100
BASE_COLUMNS: Final[tuple[tuple[str, str, str], ...]] = (
    ("net", marked("Required in base"), "number"),
    ("closed", marked("Committed or delivered"), "number"),
    ("gap", marked("Gap in base"), "number"),
    ("coverage", marked("Coverage"), "number"),
    ("not_counted", marked("Not counted"), "number"),
    ("rate_date", marked("Oldest rate"), "date"),
)


class PageWriter:
    """Writes figures, names and tables of one overview in one language."""

    def __init__(self, report: Overview, language: Language) -> None:
        self.report = report
        self.language = language
        self.base: Unit = report.stamp.base
        self._country_names = countries()
        self._sector_names = sectors()

    def facts(self) -> list[tuple[str, str]]:
        """Name the two times and the base currency."""
        stamp, t = self.report.stamp, self.language.text
        known = (
            self.language.moment(stamp.known_at)
            if stamp.known_at
            else t(marked("everything recorded by now"))
        )
        return [
            (t(marked("As of")), self.language.day(stamp.as_of)),
            (t(marked("As recorded by")), known),
            (t(marked("Base currency")), t(self.base.code)),
        ]

    def paragraph(self, text: str, **values: str) -> str:
        """Write a paragraph, with values put into its text."""
        return f"<p>{escaped_html(self.language.say(text, **values))}</p>\n"

    def nothing(self, text: str) -> str:
        """Write that there is nothing to show."""
        return f'<p class="none">{escaped_html(self.language.text(text))}</p>\n'

    def table(
        self, rows: Iterable[dict[str, Any]], titles: Sequence[tuple[str, str, str]], caption: str
    ) -> Iterator[str]:
        """Write a table; each column is its key, its heading, and its kind."""
        columns = [Column(key, self.language.text(title), kind=kind) for key, title, kind in titles]
        yield from table_html(rows, columns, self.language.text(caption))

    def figure(self, amount: int | None, decimals: int) -> str:
        """Write an amount without its unit."""
        return self.language.number(format_known(amount, decimals))

    def sector(self, one: BaseCoverage) -> str:
        """Name the sector of a group."""
        return self.sector_title(dict(one.keys)["sector"])

    def sector_title(self, code: object) -> str:
        """Name a sector."""
        known = self._sector_names.get(str(code))
        return self.language.text(known.title) if known else str(code)

    def country(self, code: object) -> str:
        """Name a country."""
        known = self._country_names.get(str(code))
        return self.language.text(known.name) if known else str(code)

    def place(self, column: str, code: object) -> str:
        """Name an office or a country."""
        if column == "country":
            return self.country(code)
        return self.report.offices.get(str(code), str(code))

    def base_row(self, one: BaseCoverage) -> dict[str, Any]:
        """Write the money of a group in the base currency, by `BASE_COLUMNS`."""
        decimals = self.base.decimals
        return {
            "net": self.figure(one.net, decimals),
            "closed": self.figure(one.closed, decimals),
            "gap": self.figure(one.gap, decimals),
            "coverage": self.language.share(one.coverage),
            "not_counted": self.language.number(one.unknown + one.without_rate),
            "rate_date": self.language.day(one.rate_date),
        }

    def base_columns(self) -> list[tuple[str, str, str]]:
        """Return the columns of money in the base currency; days only where rates were used."""
        rates = self.report.stamp.rates
        return [one for one in BASE_COLUMNS if rates or one[0] != "rate_date"]
