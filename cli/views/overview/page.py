"""The overview as one HTML page: figures, charts with their numbers in tables, how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.views.overview.wording import (
    KEY,
    MOST_BARS,
    MOST_PROJECTS,
    NO_OFFERS,
    OBSTACLES,
    PAGE_STYLE,
    PARTS,
    PLACES,
    STAGES,
    PageWriter,
)
from ledger.core.factors import Factor
from ledger.reports.charts import (
    STYLE,
    BarLine,
    Series,
    bar_chart,
    key_html,
    line_chart,
)
from ledger.reports.html import escaped_html, page_chunks
from ledger.reports.language import Language, marked
from ledger.summaries.amounts import share_of

if TYPE_CHECKING:
    from ledger.gaps.groups import GroupRow
    from ledger.gaps.rows import GapRow
    from ledger.usecases.overview import Overview


def overview_chunks(report: Overview, language: Language) -> Iterator[str]:
    """Write the page in a language."""
    page = _Page(report, language)
    title = language.text(marked("Overview of the fund's ledger"))
    yield from page_chunks(
        title,
        page.body(),
        facts=page.facts(),
        lang=language.code,
        direction=language.direction,
        style=f"{STYLE}{PAGE_STYLE}",
        footer=language.text(marked("Made by cityfund. The figures are those of one reading.")),
    )


class _Page(PageWriter):
    """The sections of one page."""

    def body(self) -> Iterator[str]:
        """Write every section, after the figures that stand first and the way to each."""
        sections = [
            ("coverage", marked("Coverage by factor and sector"), self._coverage),
            ("offices", marked("Gaps by office"), lambda: self._places("office")),
            ("countries", marked("Gaps by country"), lambda: self._places("country")),
            ("trend", marked("Trend"), self._trend),
            ("pipeline", marked("From approach to delivery"), self._pipeline),
            ("gaps", marked("Largest gaps and their main obstacle"), self._largest),
            ("complete", marked("Complete projects"), self._complete),
            ("reading", marked("How to read this"), self._reading),
        ]
        yield from self._figures()
        label = escaped_html(self.language.text(marked("Sections")))
        yield f'<nav aria-label="{label}"><ul>'
        for name, title, _ in sections:
            yield f'<li><a href="#{name}">{escaped_html(self.language.text(title))}</a></li>'
        yield "</ul></nav>\n"
        for name, title, write in sections:
            yield f'<section id="{name}" aria-labelledby="h-{name}">\n'
            yield f'<h2 id="h-{name}">{escaped_html(self.language.text(title))}</h2>\n'
            yield from write()
            yield "</section>\n"

    def _figures(self) -> Iterator[str]:
        head, money, one = self.report.headline, self.report.money, self.language
        covered = None if money is None else money.coverage
        gap = None if money is None else money.gap
        figures = [
            (one.share(covered), marked("of the money is committed or delivered")),
            (one.short(gap, self.base), marked("of money is missing")),
            (
                one.say(
                    marked("{part} of {whole}"),
                    part=one.number(head.complete),
                    whole=one.number(head.projects),
                ),
                marked("projects are complete"),
            ),
            (
                one.say(
                    marked("{part} of {whole}"),
                    part=one.number(head.needs_covered),
                    whole=one.number(head.needs),
                ),
                marked("needs are covered"),
            ),
            (one.number(head.cities), marked("member cities")),
            (one.number(head.deals), marked("deals")),
            (one.number(head.lapsing), marked("offers lapse within 30 days")),
            (one.number(head.idle), marked("offers are idle")),
        ]
        yield '<ul class="figures">\n'
        for figure, words in figures:
            yield (
                f"<li><b><bdi>{escaped_html(figure)}</bdi></b>"
                f"<span>{escaped_html(one.text(words))}</span></li>\n"
            )
        yield "</ul>\n"

    def _coverage(self) -> Iterator[str]:
        groups = [one for one in self.report.groups if one.required]
        yield self.paragraph(
            marked(
                "Coverage is what is committed or delivered, divided by what is required and not "
                "withdrawn. What is held is part of the gap."
            )
        )
        if not self.report.groups:
            yield self.nothing(marked("No project has a need."))
            return
        yield from self._coverage_charts(groups)
        yield from self.table(
            map(self._group_row, sorted(self.report.groups, key=_by_factor)),
            [
                ("factor", marked("Factor"), "text"),
                ("sector", marked("Sector"), "text"),
                ("unit", marked("Unit"), "code"),
                ("required", marked("Required"), "number"),
                ("delivered", marked("Delivered"), "number"),
                ("committed", marked("Committed"), "number"),
                ("held", marked("Held"), "number"),
                ("gap", marked("Gap"), "number"),
                ("coverage", marked("Coverage"), "number"),
                ("needs", marked("Needs"), "number"),
                ("unknown", marked("Amount unknown"), "number"),
            ],
            marked("Coverage by factor and sector, by unit"),
        )
        if any(one.unit != self.base.code for one in self.report.groups if one.factor == "money"):
            yield from self.table(
                ({**self.base_row(one), "sector": self.sector(one)} for one in self.report.in_base),
                [("sector", marked("Sector"), "text"), *self.base_columns()],
                marked("Money in the base currency, by sector"),
            )

    def _coverage_charts(self, groups: Sequence[GroupRow]) -> Iterator[str]:
        """Draw the largest groups of each factor, money by its gap in the base currency."""
        if groups:
            yield key_html((name, self.language.text(words)) for name, words in KEY.items())
        for factor in Factor:
            own = sorted((one for one in groups if one.factor is factor), key=_largest_first)
            if not own:
                continue
            title = self.language.text(factor.value)
            yield f"<h3>{escaped_html(title)}</h3>\n"
            bars = [self._bar(group) for group in own[:MOST_BARS]]
            label = self.language.text(marked("Coverage by sector, by unit"))
            yield from bar_chart(bars, f"{label}: {title}", rtl=self.language.rtl)
            if len(own) > MOST_BARS:
                yield self.paragraph(
                    marked("Drawn are the {part} largest gaps of {whole}; the table has all."),
                    part=self.language.number(MOST_BARS),
                    whole=self.language.number(len(own)),
                )

    def _bar(self, group: GroupRow) -> BarLine:
        assert group.required is not None, "only sums that are known are drawn"
        net = group.required - group.withdrawn
        amounts = [group.delivered, group.committed, group.held]
        amounts.append(max(net - sum(amounts), 0))
        shares = [share_of(amount, net) or Decimal(0) for amount in amounts]
        keys = dict(group.keys)
        name = self.sector_title(keys["sector"])
        value = f"{self.language.share(group.coverage)} · {self.language.text(group.unit)}"
        return BarLine(name, value, list(zip(PARTS, shares, strict=True)))

    def _group_row(self, group: GroupRow) -> dict[str, Any]:
        keys = dict(group.keys)
        places = group.decimals
        amounts = {
            name: self.figure(getattr(group, name), places)
            for name in ("required", "delivered", "committed", "held", "gap")
        }
        return {
            "factor": self.language.text(str(keys["factor"])),
            "sector": self.sector_title(keys["sector"]),
            "unit": self.language.text(group.unit),
            **amounts,
            "coverage": self.language.share(group.coverage),
            "needs": self.language.number(group.needs),
            "unknown": self.language.number(group.not_counted),
        }

    def _places(self, column: str) -> Iterator[str]:
        groups = self.report.places[column]
        counts = self.report.needs_by_place[column]
        yield self.paragraph(
            marked("What is missing of the money, in the base currency {base}."),
            base=self.language.text(self.base.code),
        )
        known = {str(dict(one.keys)[column]): one for one in groups}
        largest = max((one.gap or 0 for one in groups), default=0)
        ordered = sorted(groups, key=lambda one: -(one.gap or 0))[:MOST_BARS]
        bars = [
            BarLine(
                self.place(column, dict(one.keys)[column]),
                self.language.short(one.gap, self.base),
                [("committed", share_of(one.gap, largest) or Decimal(0))],
            )
            for one in ordered
            if one.gap
        ]
        titles = {"office": marked("Gaps by office"), "country": marked("Gaps by country")}
        if bars:
            yield from bar_chart(bars, self.language.text(titles[column]), rtl=self.language.rtl)
        rows = [
            {
                **(self.base_row(known[code]) if code in known else {}),
                "place": self.place(column, code),
                "needs": self.language.number(needs),
                "covered": self.language.number(covered),
            }
            for code, (needs, covered) in sorted(counts.items())
        ]
        if not rows:
            yield self.nothing(marked("No project has a need."))
            return
        place = PLACES[column]
        columns = [
            ("place", place, "text"),
            ("needs", marked("Needs"), "number"),
            ("covered", marked("Needs covered"), "number"),
            *self.base_columns(),
        ]
        yield from self.table(rows, columns, titles[column])

    def _trend(self) -> Iterator[str]:
        trend = self.report.trend
        if trend is None:
            words = (
                marked("A trend is what nights recorded as they knew it, so there is none here.")
                if self.report.stamp.known_at
                else marked("No night has recorded the gaps yet.")
            )
            yield self.nothing(words)
            return
        names: dict[tuple[str, str], list[Decimal | None]] = {}
        for place, (_, groups) in enumerate(trend.points):
            for group in groups:
                key = str(group.factor), group.unit
                series = names.setdefault(key, [None] * len(trend.points))
                series[place] = group.coverage
        yield self.paragraph(marked("Coverage on the last night of each month, by unit."))
        lines = [
            Series(f"{self.language.text(factor)} · {self.language.text(unit)}", shares)
            for (factor, unit), shares in sorted(names.items())
        ]
        drawn = lines[:4]
        yield key_html([("", one.name) for one in drawn], lines=True)
        ends = self.language.day(trend.first), self.language.day(trend.last)
        grid = [self.language.digits(text) for text in ("0%", "50%", "100%")]
        label = self.language.text(marked("Coverage over time"))
        yield from line_chart(drawn, ends, grid, label, rtl=self.language.rtl)
        rows = [
            {
                "day": self.language.day(day),
                **{str(n): self.language.share(one.shares[place]) for n, one in enumerate(lines)},
            }
            for place, (day, _) in enumerate(trend.points)
        ]
        titles = [(str(n), one.name, "number") for n, one in enumerate(lines)]
        columns = [("day", marked("Night"), "date"), *titles]
        yield from self.table(rows, columns, marked("Coverage over time"))

    def _pipeline(self) -> Iterator[str]:
        stages = self.report.stages
        sent = stages[0].approaches if stages else 0
        asked = self.report.asked
        if not sent:
            yield self.nothing(marked("No approach has been sent yet."))
            return
        yield self.paragraph(
            marked(
                "Needs: {asked} presented to somebody, {interested} with interest, {without} "
                "presented to nobody."
            ),
            **{name: self.language.number(count) for name, count in asked.items()},
        )
        bars = [
            BarLine(
                self.language.text(STAGES[one.stage]),
                self.language.number(one.approaches),
                [("committed", one.of_sent or Decimal(0))],
            )
            for one in stages
            if one.stage not in {"waiting", "silent"}
        ]
        label = self.language.text(marked("Approaches by the stage they reached"))
        yield from bar_chart(bars, label, rtl=self.language.rtl)
        rows = [
            {
                "stage": self.language.text(STAGES[one.stage]),
                "approaches": self.language.number(one.approaches),
                "of_sent": self.language.share(one.of_sent),
                "of_before": "" if one.of_before is None else self.language.share(one.of_before),
                "days": "" if one.days is None else self.language.number(one.days),
            }
            for one in stages
        ]
        columns = [
            ("stage", marked("Stage"), "text"),
            ("approaches", marked("Approaches"), "number"),
            ("of_sent", marked("Of those sent"), "number"),
            ("of_before", marked("Of the stage before"), "number"),
            ("days", marked("Days since the stage before"), "number"),
        ]
        yield from self.table(rows, columns, marked("Approaches by the stage they reached"))

    def _largest(self) -> Iterator[str]:
        if not self.report.largest:
            yield self.nothing(marked("Nothing is missing whose amount is known."))
            return
        yield self.paragraph(
            marked(
                "Money first, by its amount in the base currency, then the largest of each other "
                "unit. Fit is the number of offers that the need could turn to; the main obstacle "
                "is the rule that most of the other offers fail. Money without a rate cannot be "
                "compared, and is left out."
            )
        )
        columns = [
            ("need", marked("Need"), "code"),
            ("title", marked("Project"), "text"),
            ("city", marked("City"), "text"),
            ("country", marked("Country"), "text"),
            ("factor", marked("Factor"), "text"),
            ("gap", marked("Gap"), "number"),
            ("coverage", marked("Coverage"), "number"),
            ("fit", marked("Fit"), "number"),
            ("obstacle", marked("Main obstacle"), "text"),
        ]
        rows = map(self._gap_row, self.report.largest)
        yield from self.table(rows, columns, marked("Largest gaps"))

    def _gap_row(self, row: GapRow) -> dict[str, Any]:
        city = self.report.cities[row.city]
        unit = self.language.text(row.unit)
        return {
            "need": row.need,
            "title": row.title,
            "city": self.language.city(city.name, city.name_local),
            "country": self.country(row.country),
            "factor": self.language.text(row.factor.value),
            "gap": f"{self.figure(row.gap, row.decimals)} {unit}",
            "coverage": self.language.share(row.coverage),
            "fit": self.language.number(row.eligible_offers),
            "obstacle": self._obstacle(row),
        }

    def _obstacle(self, row: GapRow) -> str:
        if row.eligible_offers:
            return ""
        return self.language.text(OBSTACLES.get(row.obstacle_rule or "factor", NO_OFFERS))

    def _complete(self) -> Iterator[str]:
        lines = self.report.complete
        yield self.paragraph(
            marked(
                "A project is complete when nothing of any of its needs is open, held quantities "
                "included; it is covered when none of its needs has a gap."
            )
        )
        if not lines:
            yield self.nothing(marked("No project is complete yet."))
            return
        rows = [
            {
                "project": one.project.code,
                "title": one.project.title,
                "city": self.language.city(one.city.name, one.city.name_local),
                "country": self.country(one.city.country),
                "sector": self.sector_title(one.project.sector),
                "needs": self.language.number(one.needs),
                "covered": self.language.text(marked("yes") if one.covered else marked("no")),
            }
            for one in lines[:MOST_PROJECTS]
        ]
        columns = [
            ("project", marked("Project code"), "code"),
            ("title", marked("Project"), "text"),
            ("city", marked("City"), "text"),
            ("country", marked("Country"), "text"),
            ("sector", marked("Sector"), "text"),
            ("needs", marked("Needs"), "number"),
            ("covered", marked("Covered"), "text"),
        ]
        yield from self.table(rows, columns, marked("Complete projects"))
        if len(lines) > MOST_PROJECTS:
            more = len(lines) - MOST_PROJECTS
            text = (
                marked("{count} more is not listed here.")
                if more == 1
                else marked("{count} more are not listed here.")
            )
            yield self.paragraph(text, count=self.language.number(more))

    def _reading(self) -> Iterator[str]:
        stamp, counts = self.report.stamp, self.report.not_counted
        lines = [
            self.language.say(
                marked("Acts are counted through the end of {day}."),
                day=self.language.day(stamp.as_of),
            ),
            self.language.say(
                marked(
                    "Amounts in the base currency {base} are converted at the latest rate on "
                    "or before that day; there is no sum over different units."
                ),
                base=self.language.text(self.base.code),
            ),
            self.language.text(
                marked(
                    "Shares are rounded down. What is unknown is said to be, and is never a zero."
                )
            ),
            *self._counts(counts),
        ]
        yield "<ul>\n"
        for line in lines:
            yield f"<li>{escaped_html(line)}</li>\n"
        yield "</ul>\n"
        rows = [
            {
                "unit": self.language.text(one.unit),
                "rate": self.language.number(one.rate),
                "date": self.language.day(one.date),
            }
            for one in stamp.rates
        ]
        if rows:
            columns = [
                ("unit", marked("Currency"), "code"),
                ("rate", marked("Rate in the base currency"), "number"),
                ("date", marked("Day of the quote"), "date"),
            ]
            yield from self.table(rows, columns, marked("Rates used"))

    def _counts(self, counts: Any) -> Iterator[str]:
        """Say what could not be counted."""
        words = {
            "amount_not_known": (
                marked("Not counted: {count} need whose amount is not known."),
                marked("Not counted: {count} needs whose amount is not known."),
            ),
            "without_rate": (
                marked("Not counted in the base currency: {count} need in money without a rate."),
                marked("Not counted in the base currency: {count} needs in money without a rate."),
            ),
            "closed_projects": (
                marked("Left out: {count} project closed to new deals."),
                marked("Left out: {count} projects closed to new deals."),
            ),
            "withdrawn_approaches": (
                marked("Left out: {count} approach withdrawn, recorded in error."),
                marked("Left out: {count} approaches withdrawn, recorded in error."),
            ),
        }
        for name, texts in words.items():
            if counts[name]:
                yield self.language.counted(counts[name], *texts)
        without = self.report.stamp.without_rate
        if without:
            names = self.language.list(map(self.language.text, without))
            yield self.language.say(marked("Currencies without a rate: {names}."), names=names)


def _by_factor(group: GroupRow) -> int:
    """Order groups by factor, money first; those of one factor stay as they are."""
    return [*Factor].index(group.factor)


def _largest_first(group: GroupRow) -> tuple[int, int]:
    """Order groups by their gaps, money by that in the base currency; without a rate comes last."""
    gap = group.gap_base if group.factor is Factor.MONEY else group.gap
    return (1, 0) if gap is None else (0, -gap)
