"""The receipt of each writing command says what was recorded, as JSON and on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from every_command import every_command
from ledgers import Ledgers, copy_or_new
from officer import Officer
from world import NOON

from cli.framework.ledger_names import address_of

TERMS = {
    "finding resolve": "F-0001 --reason read",
    "finding reopen": "F-0002 --reason unread",
    "approval give": "APR-0001 --until 2026-12-31",
    "approval refuse": "APR-0002 --reason board",
    "approval rule add": "reverse",
    "approval rule end": "AR-0001",
    "approval standing add": "BANK '5M EUR' --until 2026-12-31",
    "approval standing end": "SA-0001 --reason moved",
    "need add": "P-1 money '5 EUR' --topic tram --instruments loan",
    "need edit": "N-0001 --quantity '80M EUR' --note smaller --reason letter",
    "need withdraw": "N-0001 '2 EUR' --reason smaller",
    "need reinstate": "N-0001 '1 EUR'",
    "offer add": "BANK money '5M USD' --topics tram,metro --min-ticket '1M USD'",
    "offer edit": "O-0001 --max-ticket '50M EUR' --countries IR,PK",
    "offer withdraw": "O-0001 --yes",
    "offer reinstate": "O-0002",
    "offer expire": "O-0003",
    "deal introduce": "O-0001 N-0001 '1M EUR' --until 2027-01-31 --reference L-1 --note first",
    "deal commit": "D-0001 --reference L-2",
    "deal deliver": "D-0002 '2 EUR' --reference L-3",
    "deal release": "D-0001 '2 EUR' --reason smaller",
    "deal return": "D-0002 '1 EUR'",
    "deal edit": "D-0001 --until 2027-02-28 --note later",
    "project add": "'Bus line' --city MHD --sector transport --need 'money 8 EUR' --weight 2",
    "project edit": "P-1 --title 'Tram line 1' --weight 3",
    "project cancel": "P-1 --reason dropped --yes",
    "project restore": "P-2",
    "city add": "Lahore --code LHE --country PK --population 13000000",
    "city edit": "MHD --population 3300000 --member-since 1993",
    "city retire": "MHD",
    "city restore": "QOM",
    "provider add": "Builders --code MBL --kind firm",
    "provider edit": "BANK --country DE",
    "provider retire": "BANK",
    "provider restore": "OLD",
    "office add": "Andes --code andes --regions 'South America'",
    "office edit": "hq --host Lyon",
    "office retire": "africa",
    "office restore": "lima",
    "approach add": "N-0001 OLD2 --channel letter --reference L-9",
    "approach reply": "AP-0001 declined --reason other --note 'another programme'",
    "approach offer": "AP-0001 '5M EUR' --valid-until 2027-06-30",
    "approach edit": "AP-0001 --channel call --reference L-4",
    "approach withdraw": "AP-0001",
    "approach reinstate": "AP-0002",
    "restriction add": "--countries IR --binds-countries FR --authority Council --reason war --yes",
    "restriction edit": "RS-0001 --programme embargo --yes",
    "restriction confirm": "RS-0001 --review 2027-06-30",
    "restriction end": "RS-0001 --until today --yes",
    "exemption add": "RS-0001 --projects P-1 --authority Treasury --reference L-9 --reason relief "
    "--from 2026-11-01 --until 2027-01-31",
    "exemption edit": "EX-0001 --reference L-10",
    "exemption end": "EX-0001 --until today",
    "body add": "'Women in cities' --kind committee --parent METROPOLIS --from 2007",
    "body edit": "METROPOLIS --seats 22",
    "body end": "METROPOLIS --until 2025",
    "seat add": "MHD METROPOLIS --role observer --from 2020",
    "seat edit": "ST-0001 --from 1993-10",
    "seat end": "ST-0001 --until 2025-06",
    "partnership add": "TBZ MHD --kind memorandum --signed 2020 --aim schools",
    "partnership edit": "PA-0001 --aim 'a library'",
    "partnership end": "PA-0001 --ended 2026-10",
    "partnership undertake": "PA-0001 'a bus line' --by MHD --due 2027-03-01",
    "partnership done": "UT-0001 --on 2026-11-20",
    "partnership log": "PA-0001 'a visit' --by TBZ --on 2026-11-20",
    "undertaking add": "PA-0001 'a school' --by TBZ --host MHD",
    "undertaking edit": "UT-0001 --payer TBZ",
    "undertaking confirm": "UT-0002",
    "note add": "MHD 'The mayor asks for a metro'",
    "note edit": "NT-0001 --text 'Two metros'",
    "contact add": "city:MHD 'B. Amin' --role clerk --email b@mashhad.ir",
    "contact edit": "CN-0001 --phone '+98 51 3841'",
    "contact withdraw": "CN-0001",
    "contact reinstate": "CN-0002",
    "remind": "MHD 2026-12-02 'Ask for the report'",
    "done": "R-0001",
    "reminder add": "MHD 2026-12-03 Call",
    "reminder edit": "R-0001 --date 2026-12-05",
    "reminder reopen": "R-0002",
    "owner add": "P-1 sara",
    "owner edit": "OW-0001 omid",
    "owner withdraw": "OW-0001",
    "owner reinstate": "OW-0002",
    "credential add": "MHD metro 'line 1' --measure speed --value 30.5 --unit km/h --better higher "
    "--as-of 2015-06 --until 2027 --source S",
    "credential edit": "CR-0001 --grade excellent",
    "exchange accept": "N-X TBZ",
    "meeting add": "--body METROPOLIS --name Session --from 2026-05-10 --place Sydney",
    "meeting edit": "MT-0001 --complete yes",
    "meeting attend": "MT-0001 MHD --presence online --did spoke,chaired",
    "attendance add": "--meeting MT-0002 --city MHD --presence apologies",
    "attendance edit": "MT-0001/MHD --did chaired",
    "identifier add": "cities MHD geonames 124665",
    "identifier edit": "projects/iati/X-1 --record P-2",
    "identifier withdraw": "projects/iati/X-1",
    "identifier reinstate": "projects/iati/X-2",
    "motion add": "--meeting MT-0001 --by MHD --what fund --follows MO-0001",
    "motion edit": "MO-0001 --outcome declined --reason charter",
    "target add": "--body METROPOLIS --measure deciding --value 1 --by 2027-12-31",
    "target edit": "TG-0001 --value 0.95",
    "phase add": "P-1 completion --from 2026-02-01",
    "phase edit": "P-2/2026-11-23 --status completion",
    "instalment add": "D-0002 2027-05-01 '3 EUR'",
    "instalment edit": "D-0002/2027-03-01 --quantity '4 EUR'",
    "instalment withdraw": "D-0002/2027-03-01",
    "instalment reinstate": "D-0002/2027-04-01",
    "limit add": "cap quantity '90M EUR' --per country",
    "limit edit": "LIM-0001 --value '80M EUR'",
    "limit end": "LIM-0001 --until 2027-01-01",
    "unit add": "kwh --name 'Kilowatt hour' --decimals 1",
    "topic rename": "metro subway --yes --reason spelling",
    "rates add": "EUR USD 1.20 --on 2026-11-20 --source bank --reason misread",
    "rates withdraw": "EUR USD 2026-11-20 --reason misread",
    "journal reverse": "{withdrawal} --reason slip --yes",
    "journal correct": "{withdrawal} --quantity '4 EUR' --reason slip",
    "settings edit": "--time-zone Asia/Tehran --reason moved",
    "db correct-clock": "--reason 'the battery was empty' --yes",
}
"""Commands whose receipt has `recorded` or `changes`, each with the rest of a line."""

OTHER_PARTS = {
    "undo": ("--yes", "undone", "O-0003: edited (version 2) → restored"),
    "match propose": ("--save", "proposal", "Proposal MAT-0002"),
    "office reroute": ("--yes", "notes", "city MHD: office asia → hq"),
    "match accept": ("--until 2027-01-31 --yes", "lines", "1 line of proposal MAT-0001 introduced"),
    "import tables": ("{folder}/cities.csv --yes", "counts", "imported · 1 new, 0 changed"),
    "rates import": ("{folder}/rates.csv --yes", "counts", "imported · 1 new, 0 changed"),
}
"""Commands on many records: what each of them is, in a part of its own, and what a person reads."""

SHORT_ANSWERS = {
    "reconcile night": "--date 2026-11-22",
    "screen": "{folder}/list.csv",
    "audit seal": "",
}
"""Those whose answer is of its own, and names the ledger under its first line."""

ANSWERS_OF_THEIR_OWN = {
    "reconcile night": "a night records what it finds, and prints its report",
    "screen": "a screening lists its findings, which are open or were resolved",
    "audit erase": "deletes texts, and says how many in a note",
    "audit seal": "a seal records no act: its number, size and root are printed",
    "init": "sets up the ledger, and prints its versions and settings",
    "db grants": "prints SQL, and opens no ledger",
    "db upgrade": "as init",
    "db copy": "writes another ledger, and prints how the two compare",
    "db backup": "as db copy",
    "db restore": "as db copy",
    "demo": "plays on a ledger of its own, and prints each receipt of it",
    "deal deposit": "is always refused",
}

WRITE_NOTHING = {
    "approach letter": "writes a letter, and no ledger",
    "check": "recomputes balances",
    "config get": "reads a person's own file",
    "config path": "names that file",
    "config set": "writes that file, and no ledger",
    "config unset": "as config set",
    "deal letter": "writes a letter, and no ledger",
    "doctor": "reads versions and settings",
    "help": "prints a text",
    "export": "writes files, not the ledger",
    "import template": "writes a workbook to fill in",
    "journal follow": "streams what is recorded",
    "audit consistency": "writes a proof to a file",
    "audit cosign": "writes a signature to a file",
    "audit keygen": "writes a key to a file",
    "audit packet": "writes proofs to a file",
    "audit statement": "writes a statement to a file",
    "audit prove": "writes a proof to a file",
    "audit verify": "reads a proof, and no ledger",
    "project brief": "writes two pages, and no ledger",
    "calendar": "writes a file of events, and nothing to the ledger",
    "report overview": "reads the whole ledger; it has no rows that could be filtered",
    "reconcile install": "prints a schedule",
    "brief": "writes a page",
}
"""Commands that are not built as reading ones, and write nothing all the same."""

READING = {"list", "show"}
"""Kinds of commands that take no request key; one that saves on request does."""


def test_every_writing_command_is_tried_here() -> None:
    commands = dict(every_command())
    reading = {name for name, one in commands.items() if one.kind in READING and not one.saves}
    assert not [
        name for name in reading if any("--key" in one.opts for one in commands[name].params)
    ]
    stated = [*TERMS, *OTHER_PARTS, *ANSWERS_OF_THEIR_OWN, *WRITE_NOTHING]
    assert sorted(stated) == sorted(commands.keys() - reading)


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


@pytest.fixture(name="furnished")
def furnished_ledger(officer: Officer) -> Officer:
    """Give a ledger on which each of the lines can be carried out."""
    return officer


def plain(value: object) -> str:
    """Write a value as receipts for people do, without the grouping of digits."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value).replace(",", "")


def texts(receipt: Mapping[str, Any]) -> Iterator[str]:
    """Give what a person reads of each recorded term, and of each change."""
    recorded = receipt.get("recorded") or {}
    for terms in (recorded, *recorded.get("needs", ())):
        for name, value in terms.items():
            if name not in {"code", "needs", "project"}:
                shown = f"{name.replace('_', ' ')}: {plain(value)}"
                yield plain(value) if name == "unit" else shown
    for name, (before, after) in (receipt.get("changes") or {}).items():
        yield f"{name.replace('_', ' ')}: {plain(before)}"
        yield f" → {plain(after)}"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("command", TERMS)
def test_a_receipt_says_its_terms_and_changes(furnished: Officer, command: str) -> None:
    if command == "db correct-clock":
        with time_machine.travel(NOON + timedelta(days=35), tick=True):
            furnished.says("city add Yazd --code YAZ --country IR")
    # What changes a rule was approved under a key that no other act may take.
    key = "rule" if command.startswith("approval rule") else "k1"
    terms = TERMS[command]
    if "{withdrawal}" in terms:
        last = furnished.asks("journal list --need N-0001")["rows"][-1]["entry"]
        terms = terms.format(withdrawal=last)
    line = f"{command} {terms} --key {key}"

    receipt = furnished.asks(line)

    said = furnished.says(line)
    assert said.endswith("Already recorded; this is the original receipt.\n")
    assert names_the_ledger(furnished, said)
    assert [text for text in texts(receipt) if text not in said.replace(",", "")] == []
    assert receipt.get("recorded") or receipt.get("changes")
    if "--reason" in line:
        assert receipt["recorded"]["reason"] in line
    subject = said.splitlines()[0].partition(" · ")[2].split()[:-1]
    assert subject, "an act is named, and not what it was done to"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("command", OTHER_PARTS)
def test_a_receipt_of_many_records_says_each(
    furnished: Officer, tmp_path: Path, command: str
) -> None:
    (tmp_path / "cities.csv").write_text("code,name,country\nLHE,Lahore,PK\n", encoding="utf-8")
    (tmp_path / "rates.csv").write_text(
        "date,base,quote,rate\n2026-11-19,EUR,USD,1.1\n", encoding="utf-8"
    )
    rest, part, text = OTHER_PARTS[command]
    line = f"{command} {rest.format(folder=tmp_path)} --reason slip"
    said = furnished.says(f"{line} --key k1")
    receipt = furnished.asks(f"{line} --key k1")
    assert text in said
    assert names_the_ledger(furnished, said)
    assert receipt[part]
    # A stored proposal is printed whole, with the reason in it.
    assert receipt.get("recorded", receipt)["reason"] == "slip"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("command", SHORT_ANSWERS)
def test_an_answer_of_its_own_names_the_ledger(
    furnished: Officer, tmp_path: Path, command: str
) -> None:
    (tmp_path / "list.csv").write_text("name\nBank of nowhere\n", encoding="utf-8")
    line = f"{command} {SHORT_ANSWERS[command].format(folder=tmp_path)}"
    dry, said = furnished.tries(f"{line} --dry-run"), furnished.tries(line)
    assert {dry.code, said.code} <= {0, 1}, (dry, said)
    assert [names_the_ledger(furnished, one.out) for one in (dry, said)] == [True, True]


def names_the_ledger(officer: Officer, said: str) -> bool:
    """Say whether the second line of an answer names the ledger, which is not the usual one."""
    return said.splitlines()[1] == f"  ledger: {address_of(officer.world.url)}"
