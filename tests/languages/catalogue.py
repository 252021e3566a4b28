"""Writes the catalogues of the languages from the texts of the program, and compiles them.

`python tests/languages/catalogue.py` adds new texts to `ledger/reports/locale/*/LC_MESSAGES/*.po`
and takes out those that are gone; translators fill in what is empty. Names of countries that have
no translation yet are taken from Unicode's CLDR, which Babel carries. A language is added by its
folder and a line of `LANGUAGES` in `ledger/reports/language.py`.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import cli.views
from ledger.letters.templates import STYLES, Letter, messages_of, shipped_template
from ledger.reference.places import countries
from ledger.reference.terms import instruments, project_statuses, sectors
from ledger.reports.language import DOMAIN, ENGLISH, LANGUAGES
from ledger.reports.table import Column
from ledger.summaries.offers import Use

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "ledger" / "reports" / "locale"
UNITS = ("person-day", "person-month", "package", "km", "station", "vehicle")
EXPLANATIONS = (
    *("As of", "As recorded by", "Base currency", "Not counted", "Old rates", "Totals", "Rates"),
    *("Rules of totals", "Not counted, and why", "Columns", "Note", "Filter", "Rule", "Uses"),
    *("Without rate", "In base", "Amount not known", "Closed projects", "Not declared", "Name"),
    *("Deals without due date", "Rows without rate", "Cities without projects or offers", "Value"),
    *("Counted", "Unknown", "Required", "Oldest rate", "Date"),
)
FORMULA = re.compile(r"^RULE: Final = ", re.MULTILINE)
SCALES = ("thousand", "million", "billion", "trillion")


def path_of(code: str, ending: str = "po") -> Path:
    """Give the file of a catalogue."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def messages() -> dict[str, str]:
    """Give every text that is translated, each with what it is."""
    found: dict[str, str] = {}
    for text, about in _all_messages():
        found.setdefault(text, about)
    return found


def _all_messages() -> Iterator[tuple[str, str]]:
    for text in _marked():
        yield text, "text"
    for letter in Letter:
        for style in STYLES:
            for text in messages_of(shipped_template(letter, style), style):
                yield text, f"letter: {letter}"
    yield from ((text, "heading") for text in _headings())
    yield from ((text, "explanation") for text in EXPLANATIONS)
    yield from ((text, "formula") for text in formulas())
    yield from ((use.value, "use of an offer") for use in Use)
    yield from ((unit, "unit") for unit in UNITS)
    yield from ((scale, "scale") for scale in SCALES)
    yield from ((one.title, "sector") for one in sectors().values())
    yield from ((one.title, "project status") for one in project_statuses().values())
    yield from ((one.name, "instrument") for one in instruments().values())
    yield from ((one.name, "country") for one in countries().values())


def formulas() -> Iterator[str]:
    """Give what reports say of their figures: the `RULE` of every module that has one."""
    for path in sorted((ROOT / "ledger").rglob("*.py")):
        if FORMULA.search(path.read_text(encoding="utf-8")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield importlib.import_module(name).RULE


def _headings() -> Iterator[str]:
    """Give the headings of the columns that views declare."""
    for found in pkgutil.walk_packages(cli.views.__path__, "cli.views."):
        for value in vars(importlib.import_module(found.name)).values():
            if isinstance(value, (list, tuple)):
                yield from (one.heading for one in value if isinstance(one, Column))


def _marked() -> Iterator[str]:
    """Give the texts that the modules mark, in the order of the modules."""
    for folder in ("ledger", "cli"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "marked(" not in path.read_text(encoding="utf-8"):
                continue
            with path.open("rb") as file:
                for _, text, _, _ in extract("python", file, keywords={"marked": None}):
                    yield str(text)


def read(code: str) -> Catalog:
    """Read the catalogue of a language as it is."""
    with path_of(code).open("rb") as file:
        return read_po(file, locale=code, domain=DOMAIN)


def updated(code: str) -> Catalog:
    """Give the catalogue with the texts of today, and the translations there are."""
    known = read(code) if path_of(code).exists() else Catalog()
    names = _country_names(code)
    made = Catalog(
        locale=code,
        domain=DOMAIN,
        project="cityfund",
        header_comment="# Texts of cityfund.",
        fuzzy=False,
    )
    for text, about in messages().items():
        before = known.get(text)
        words = str(before.string) if before is not None and before.string else names.get(text, "")
        made.add(text, words, auto_comments=[about])
    return made


def _country_names(code: str) -> dict[str, str]:
    territories = Locale.parse(code).territories
    return {
        one.name: territories[alpha2]
        for alpha2, one in countries().items()
        if alpha2 in territories
    }


def po_bytes(catalog: Catalog) -> bytes:
    """Write a catalogue as its source, without the moment of writing."""
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_output=False, omit_header=False)
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By):[^\n]*\n', b"", file.getvalue()
    )


def mo_bytes(catalog: Catalog) -> bytes:
    """Compile a catalogue; the head has the character set alone, so that it never changes."""
    plain = Catalog(locale=catalog.locale, domain=DOMAIN)
    for message in catalog:
        if message.id and message.string:
            plain.add(message.id, message.string)
    file = io.BytesIO()
    write_mo(file, plain)
    return re.sub(rb"(POT-Creation-Date|PO-Revision-Date): \d[^\n]{20}", _zeros, file.getvalue())


def _zeros(match: re.Match[bytes]) -> bytes:
    name, _, _ = match[0].partition(b":")
    return name + b": 2000-01-01 00:00+0000".ljust(len(match[0]) - len(name))


def main() -> None:
    """Bring every catalogue up to date."""
    for code in LANGUAGES:
        if code == ENGLISH:
            continue
        catalog = updated(code)
        path_of(code).parent.mkdir(parents=True, exist_ok=True)
        path_of(code).write_bytes(po_bytes(catalog))
        path_of(code, "mo").write_bytes(mo_bytes(catalog))
        missing = [message.id for message in catalog if message.id and not message.string]
        sys.stdout.write(f"{code}: {len(catalog)} texts, {len(missing)} without a translation\n")
        for text in missing:
            sys.stdout.write(f"  {text}\n")


if __name__ == "__main__":
    main()
