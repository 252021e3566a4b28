"""A module is one topic: neither a drawer for several nor a splinter of one.

A module is split or merged by concept; these bounds only say when to look again.
"""

from __future__ import annotations

from pathlib import Path

from offences import assert_none

ROOT = Path(__file__).parents[2]
PRODUCT = ("ledger", "cli", "migrations")

LONGEST = 500
LISTS_OF_TABLES = {
    "ledger/store/db/tables.py",
    "migrations/versions/0001_first_schema.py",
}
"""Definitions of tables: as long as there are columns."""

SHORTEST = 80
GROWN = 100
SHORT = {
    "cli/entry.py": "the first module of a run, which imports no other until it is ready",
    "cli/demo/place.py": "the files of the demonstration, apart from its story",
    "cli/views/configuration.py": "the values that a command works with, and no record",
    "cli/views/narrowed.py": "loaded only where a list is filtered",
    "cli/views/member_list.py": "a list loads nothing of what single members are shown with",
    "cli/views/finding.py": "one record, and what has happened to it",
    "cli/views/limit.py": "one list, loaded by no other command",
    "cli/views/database.py": "one page for the commands that make and copy ledgers",
    "ledger/checks/result.py": "the answer of every check, imported by each of them",
    "cli/views/search.py": "one answer over all registers",
    "cli/views/origin.py": "the end of every screen of a record that has an origin or can be one",
    "cli/views/known_of.py": "the end of every screen of a record that people look after",
    "ledger/usecases/known_of.py": "what it shows, read only where such a record is shown",
    "ledger/journal/reached.py": "how far deals got, for every report that asks what came of it",
    "ledger/store/approaches.py": "query of one report",
    "ledger/store/unused_approvals.py": "asks whether approvals have to be loaded at all",
    "ledger/usecases/eligible_offers.py": "counted on screens that load no gap report",
    "ledger/store/journal/releases.py": "query of matching, which no act needs",
    "ledger/usecases/origin_outcomes.py": "what came of a record, which no act needs",
    "ledger/usecases/origins.py": "an act enters it only where an origin is named",
    "ledger/core/factors.py": "the words of the domain: factors, sides, stages",
    "ledger/core/files.py": "for every file of people alike, in any package",
    "ledger/core/memory.py": "for imports and comparisons alike",
    "ledger/core/suggest.py": "the nearest names, for every register alike",
    "ledger/gaps/completeness.py": "one definition, shared by matching and the reports",
    "ledger/gaps/filters.py": "what the language of filters takes for a row of the gap report",
    "ledger/interchange/sources/cleaning.py": "loads a library that few files need",
    "ledger/registers/phases.py": "what a status on a day is, for acts, reports and checks alike",
    "ledger/usecases/registers/phases.py": "what --on means for a status, and no other term has",
    "ledger/reference/filter_columns.py": "what the values of a column answer to, in every listing",
    "ledger/reference/units.py": "one reference table, as places and terms are",
    "ledger/solver/candidates.py": "one list of the model, used by two algorithms",
    "ledger/statements/differences.py": "the answers of a comparison, which all else reads",
    "ledger/seats/notes.py": "what is accepted of seats, apart from what is refused",
    "ledger/statements/rounding.py": "a rule with a proof of its own",
    "ledger/store/admin/server_facts.py": "queries of doctor, which no ledger needs",
    "ledger/store/checks/extent.py": "what checks and leaves ask before they read, in any ledger",
    "ledger/store/checks/instalments.py": "the queries of one check",
    "ledger/store/checks/phases.py": "the queries of one check",
    "ledger/usecases/nights/due.py": "one step of the night",
    "ledger/reports/ics.py": "one format, which no other writer has anything of",
    "ledger/store/evidence/sources.py": "what the sources of leaves have in common",
    "ledger/store/nights/deliveries.py": "query of one step of the night",
    "ledger/store/nights/expiry.py": "queries of one step of the night",
    "ledger/store/session/partnerships.py": "an act enters it only where two cities are tied",
    "ledger/usecases/registers/partnerships.py": "acts of one register beside those of all",
    "ledger/store/limits.py": "query of the limits that hold for each year, which few have",
    "ledger/usecases/registers/limits.py": "the terms of one register, for commands and imports",
    "ledger/store/seats.py": "read by reports and, where an association is set, by snapshots",
    "ledger/store/session/seats.py": "an act enters it only where it changes seats",
    "ledger/interchange/mapping/apply.py": "the entrance, over what one file and all files know",
    "ledger/interchange/mapping/codes.py": "codes made of words, by rules and by what they give",
    "ledger/interchange/mapping/given_table.py": "a table that only rules know",
    "ledger/interchange/mapping/currencies.py": "amounts with a currency, apart from numbers",
    "ledger/interchange/mapping/problems.py": "what values raise and files catch, below both",
    "ledger/interchange/mapping/reading.py": "the files of an import, apart from one's rows",
    "ledger/interchange/mapping/sheet_cells.py": "cells in error, which only sheets have",
    "ledger/interchange/mapping/tolerance.py": "entered only by rules that put up with bad cells",
    "ledger/interchange/mapping/templates.py": "one small language, parsed apart from its use",
    "ledger/interchange/mapping/record_finder.py": "an index that the application of a rule asks",
    "ledger/store/session/identifiers.py": "an act enters it only where an identifier changes",
    "ledger/store/session/restrictions.py": "an act enters it only where something is restricted",
    "ledger/usecases/exchanges/accept.py": "one act, apart from the reports it follows from",
    "ledger/usecases/admin/code_collisions.py": "one list of `doctor`, which nothing else needs",
    "ledger/usecases/admin/health.py": "one list of `doctor`, which nothing else needs",
    "ledger/usecases/admin/network_notes.py": "one list of `doctor`, which nothing else needs",
    "ledger/usecases/meetings/attend.py": "one act on many records, apart from reports on them",
    "ledger/usecases/matching/select.py": "the filters of every matching command",
    "ledger/usecases/nights/gaps.py": "one step of the night, as each has its module",
    "ledger/usecases/nights/prove.py": "the two last steps of the night, over checks and seals",
    "ledger/eligibility/fits.py": "whether anything fits, which the worklist asks and no count",
    "ledger/eligibility/offices.py": "asked by lists, reports and the worklist",
    "cli/views/worklist.py": "one part of the status, whose counts are another",
    "ledger/usecases/activity.py": "which acts a person asks for; acts are read by the store",
    "ledger/usecases/rate_import.py": "loads the reader of files, which other rates do without",
    "ledger/usecases/registers/seats.py": "which place a person means, and no other register has",
    "ledger/usecases/restrictions/barring.py": "from a finding, without the reader of lists",
    "ledger/usecases/statements/findings.py": "the acts on one record",
    "ledger/checks/chain.py": "one check, with its rows",
    "ledger/store/evidence/links.py": "the query of one check",
    "ledger/evidence/row_leaves.py": "the bytes of rows that are no record, apart from records",
    "ledger/statements/senders.py": "who sends which files, for reading and for posting alike",
    "ledger/usecases/admin/damage.py": "asked after an unexpected error, and by nothing else",
}
"""Modules that are a whole topic in fewer lines, each with its reason."""


def lengths() -> dict[str, int]:
    """Count the lines of every module of the product."""
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def may_be_short(name: str) -> bool:
    """Say whether a module is short by its kind: a command, a package's own, a migration."""
    kinds = ("cli/commands/", "migrations/")
    return name.startswith(kinds) or Path(name).name == "__init__.py"


def test_no_module_holds_more_than_one_topic() -> None:
    assert_none(
        f"{name}: {lines} lines"
        for name, lines in lengths().items()
        if lines > LONGEST and name not in LISTS_OF_TABLES
    )


def test_no_topic_is_scattered_over_short_modules() -> None:
    """Merge a short module with its topic, or list it with the reason why it is one."""

    assert_none(
        f"{name}: {lines} lines"
        for name, lines in lengths().items()
        if lines < SHORTEST and name not in SHORT and not may_be_short(name)
    )


def test_every_listed_module_is_still_out_of_bounds() -> None:
    """A short one may grow a little before it has to leave the list."""
    found = lengths()

    assert_none(name for name in LISTS_OF_TABLES if found.get(name, 0) <= LONGEST)
    assert_none(name for name in SHORT if found.get(name, GROWN) >= GROWN)
