"""The words `cityfund` knows, and the module each is loaded from when it is used."""

from __future__ import annotations

from typing import NamedTuple

DAILY = "Daily work"
REGISTERS = "Registers"
BOOKS = "Books"
SET_UP = "Set-up"


class Word(NamedTuple):
    """One noun or command: its line in the help, and where its Typer app is found."""

    name: str
    help: str
    panel: str
    module: str
    attribute: str = "app"


WORDS = (
    Word("gaps", "What is still missing, need by need.", DAILY, "cli.commands.gaps"),
    Word("match", "The pairings that complete the most.", DAILY, "cli.commands.match"),
    Word(
        "reconcile", "The night's work, by hand or from a timer.", DAILY, "cli.commands.reconcile"
    ),
    Word("finding", "What nights found that wants looking at.", DAILY, "cli.commands.finding"),
    Word("need", "What projects require.", DAILY, "cli.commands.need"),
    Word("offer", "What providers put up.", DAILY, "cli.commands.offer"),
    Word("deal", "Introduce, commit, deliver, release.", DAILY, "cli.commands.deal"),
    Word("project", "Cities' undertakings.", REGISTERS, "cli.commands.project"),
    Word("city", "Member cities.", REGISTERS, "cli.commands.city"),
    Word("provider", "Who holds a factor.", REGISTERS, "cli.commands.provider"),
    Word("office", "The fund's offices.", REGISTERS, "cli.commands.office"),
    Word("unit", "Currencies and units of work.", REGISTERS, "cli.commands.unit"),
    Word("rates", "What currencies are in one another.", REGISTERS, "cli.commands.rates"),
    Word("journal", "What was recorded, and reversing it.", BOOKS, "cli.commands.journal"),
    Word("check", "Prove the rules from the journal.", BOOKS, "cli.commands.check"),
    Word("import", "Take in tables and other people's files.", BOOKS, "cli.commands.import_"),
    Word("export", "Write the canonical tables.", BOOKS, "cli.commands.export"),
    Word("init", "Make or upgrade the ledger.", SET_UP, "cli.commands.init"),
    Word(
        "demo",
        "Walk through the founding story, on a ledger of its own.",
        SET_UP,
        "cli.commands.demo",
    ),
    Word("status", "How the ledger stands at a glance.", SET_UP, "cli.commands.status"),
    Word("doctor", "What the program runs on.", SET_UP, "cli.commands.doctor"),
    Word("db", "The database: its schema, copies, backups.", SET_UP, "cli.commands.db"),
)
