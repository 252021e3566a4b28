"""What the shell completes from a ledger: read-only, without SQLAlchemy, never failing.

Importing SQLAlchemy takes longer than a person waits for a completion, so the driver is used
directly. What is withdrawn or recorded in error is completed only where it is asked for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ledger.registers.spec import RegisterSpec
from ledger.registers.table import versioned

_MOST: Final = 10_000
"""Words of one answer; with the last of all behind them, what they begin with is what all do."""

_TIMEOUT_SECONDS: Final = 2
_SEPARATOR: Final = ";"

Completed = list[tuple[str, str]]
"""Words, each with what it stands for."""


def complete_codes(db_url: str, kind: str, prefix: str, *, withdrawn: bool = False) -> Completed:
    """List the codes of a kind with a prefix, ignoring case, each with what it stands for.

    In order; those that are `withdrawn` alone, or those that are not. An empty list if the ledger
    cannot be read.
    """
    return complete_codes_of(db_url, (kind,), prefix, withdrawn=withdrawn)[0]


def complete_codes_of(
    db_url: str, kinds: Sequence[str], prefix: str, *, withdrawn: bool = False
) -> list[Completed]:
    """List the codes of each of some kinds, as `complete_codes` does of one.

    They are read in one connection: opening one reads the whole schema, which takes longer than
    reading the codes.
    """
    of_kinds = [_statements(kind, withdrawn=withdrawn) for kind in kinds]
    answers = iter(_read_each(db_url, chain.from_iterable(of_kinds), _like_pattern(prefix)))
    return [
        _limited(
            sorted(
                {
                    (code, about.removesuffix(", "))
                    for rows in islice(answers, len(statements))
                    for code, about in rows
                }
            )
        )
        for statements in of_kinds
    ]


def complete_names_of(db_url: str, kinds: Sequence[str], typed: str = "") -> list[Completed]:
    """List the codes of each of some kinds whose records have names, each with its name.

    Names that begin with another letter than what was `typed` are left out; which of the others
    begin as typed, whatever their capitals, is not for a database to say.
    """
    specs = [versioned().get(kind) for kind in kinds]
    named = [spec for spec in specs if spec is not None and spec.title is not None]
    statements = [_codes_statement(spec, withdrawn=False, by=_BY_NAME) for spec in named]
    letter = _like_pattern(typed[:1] if typed.isascii() else "")
    rows = dict(
        zip((spec.name for spec in named), _read_each(db_url, statements, letter), strict=True)
    )
    return [rows.get(kind, []) for kind in kinds]


def complete_topics(db_url: str) -> Completed:
    """List the topics of needs and offers, in order."""
    read = (("topic", "need"), ("topics", "offer"))
    statements = [
        f"SELECT v.{column}, '' FROM {kind}_version v WHERE {_NEWEST.format(kind)}"  # noqa: S608
        for column, kind in read
    ]
    texts = (text for text, _ in _read(db_url, statements) if text)
    return [(one, "") for one in sorted({t.strip() for x in texts for t in x.split(_SEPARATOR)})]


def complete_entries(db_url: str, prefix: str) -> Completed:
    """List the numbers of entries with a prefix, the newest first, each with its act and day."""
    number = "CAST(entry.id AS VARCHAR(20))"
    about = "entry.act || ' of ' || CAST(entry.effective_on AS VARCHAR(10))"
    deal = "COALESCE((SELECT ', ' || deal.code FROM deal WHERE deal.id = entry.deal_id), '')"
    statement = f"""SELECT {number}, {about} || {deal} FROM entry
        WHERE {_LIKE.format(number)} ORDER BY entry.id DESC LIMIT {_MOST}"""  # noqa: S608
    return _read(db_url, [statement], _like_pattern(prefix))


def complete_findings(db_url: str, prefix: str) -> Completed:
    """List the codes of open findings with a prefix, each with its kind and subject."""
    from ledger.statements.findings import FindingEvent, finding_code  # noqa: PLC0415 - only here

    statement = """SELECT finding.id, finding.kind || ' ' || finding.subject, last.event
        FROM finding JOIN finding_event last ON last.finding_id = finding.id
        WHERE NOT EXISTS (SELECT 1 FROM finding_event later
            WHERE later.finding_id = last.finding_id AND later.number > last.number)
        ORDER BY finding.id"""
    return [
        (finding_code(number), about)
        for number, about, event in _read(db_url, [statement])
        if FindingEvent(event).leaves_open and finding_code(number).startswith(prefix.upper())
    ]


def complete_approvals(db_url: str, prefix: str) -> Completed:
    """List the codes of approvals without an answer, each with its command and who asks."""
    from ledger.approvals.approval import approval_code  # noqa: PLC0415 - only here

    statement = """SELECT approval.id, approval.command || ' of ' || request.actor
        FROM approval JOIN request ON request.id = approval.request_id
        WHERE NOT EXISTS (SELECT 1 FROM approval_answer one WHERE one.approval_id = approval.id)
        ORDER BY approval.id"""
    return _numbered(db_url, statement, approval_code, prefix)


def complete_approval_rules(db_url: str, prefix: str) -> Completed:
    """List the codes of the approval rules in force, each with its act."""
    from ledger.approvals.rules import rule_code  # noqa: PLC0415 - only here

    return _numbered(db_url, _IN_FORCE.format("approval_rule", "k.act"), rule_code, prefix)


def complete_standing_approvals(db_url: str, prefix: str) -> Completed:
    """List the codes of the standing approvals in force, each with its provider."""
    from ledger.approvals.standing import standing_code  # noqa: PLC0415 - only here

    provider = "(SELECT p.code FROM provider p WHERE p.id = k.provider_id)"
    statement = _IN_FORCE.format("standing_approval", provider)
    return _numbered(db_url, statement, standing_code, prefix)


_IN_FORCE: Final = """SELECT k.number, {1} FROM {0} k WHERE k.in_force AND NOT EXISTS (
    SELECT 1 FROM {0} later WHERE later.number = k.number AND later.version > k.version
) ORDER BY k.number"""


def _numbered(db_url: str, statement: str, code_of: Callable[[int], str], prefix: str) -> Completed:
    return [
        (code_of(number), about)
        for number, about in _read(db_url, [statement])
        if code_of(number).startswith(prefix.upper())
    ]


def _limited(words: Completed) -> Completed:
    """Leave out what nobody reads, so that what all begin with stays the same."""
    return words if len(words) <= _MOST else [*words[: _MOST - 1], words[-1]]


_BY_CODE_POINTS: Final = "COLLATE BINARY"
"""How texts are ordered here and in Python, as SQLite calls it."""
_LAST: Final = " DESC LIMIT 1"
_LIKE: Final = "upper({}) LIKE ? ESCAPE '\\'"
_BY_CODE: Final = _LIKE.format("k.code")
_BY_NAME: Final = f"({_LIKE.format('v.{title}')} OR v.{{title}} {_BY_CODE_POINTS} >= '\x7f')"
"""Names that begin with a letter, or with one that is not of ASCII: its capital may be."""
_NEWEST: Final = """NOT v.in_error AND NOT EXISTS (SELECT 1 FROM {0}_version later
    WHERE later.{0}_id = v.{0}_id AND later.version > v.version)"""
_ALL_WITHDRAWN: Final = """EXISTS (SELECT 1 FROM balance b WHERE b.holder_id = k.id
    AND b.withdrawn > 0 AND b.free + b.held + b.committed + b.delivered + b.expired = 0)"""
_SOME_WITHDRAWN: Final = """EXISTS (SELECT 1 FROM balance b WHERE b.holder_id = k.id
    AND b.withdrawn + b.expired > 0)"""


def _like_pattern(prefix: str) -> str:
    escaped = prefix.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def _statements(kind: str, *, withdrawn: bool) -> list[str]:
    """Give the statements that select the codes of a kind, each with what it stands for."""
    if kind == "proposal":
        like = _LIKE.format("code")
        return [f"SELECT code, '' FROM proposal WHERE {like} ORDER BY code"]  # noqa: S608
    spec = versioned().get(kind)
    if spec is None:
        return []
    # What a record stands for is looked up for those that are shown alone.
    statements = [f"{_codes_statement(spec, withdrawn=withdrawn)} LIMIT {_MOST}"]
    if spec.until_acts and not withdrawn:
        statements.append(_former_statement(kind))
    return statements


def _codes_statement(spec: RegisterSpec, *, withdrawn: bool, by: str = _BY_CODE) -> str:
    # The first table is gone through, by code in the order of codes, so that a limit ends it.
    # Only names from the specifications are put into the text; what was typed is the parameter.
    kind = spec.table
    tables = f"{kind} k CROSS JOIN {kind}_version v"
    if by != _BY_CODE:
        tables = f"{kind}_version v CROSS JOIN {kind} k"
    return f"""SELECT k.code, {_about(spec)} FROM {tables}
        WHERE v.{kind}_id = k.id AND {by.format(title=spec.title)} AND {_NEWEST.format(kind)}
            AND {_in_use(spec, withdrawn=withdrawn)}
        ORDER BY k.code {_BY_CODE_POINTS}"""  # noqa: S608


def _in_use(spec: RegisterSpec, *, withdrawn: bool) -> str:
    """Select what is in use, or what can be reinstated; every record, where none is withdrawn."""
    if spec.has_quantity:
        whole = "v.withdrawn" if spec.can_be_withdrawn else "1 = 0"
        if withdrawn:
            return f"({whole} OR {_SOME_WITHDRAWN})"
        return f"NOT ({whole} OR {_ALL_WITHDRAWN})"
    if not spec.can_be_withdrawn:
        return "1 = 1"
    return "v.withdrawn" if withdrawn else "NOT v.withdrawn"


def _about(spec: RegisterSpec) -> str:
    """Select what a record is: its title, or its factor and what it is about, by comma."""
    if spec.title is not None:
        return f"COALESCE(v.{spec.title}, '')"
    parts = ["k.factor"] if "factor" in spec.column else []
    for name, register in spec.references.items():
        column = spec.column[name]
        if not column.is_list:
            parts.append(_named(register, f"{'k' if column.fixed else 'v'}.{column.stored_name}"))
    if "authority" in spec.column:
        parts.append("v.authority")
    if spec.name == "deal":
        parts.append(_named("project", "(SELECT n.project_id FROM need n WHERE n.id = k.need_id)"))
    return " || ".join(f"COALESCE({part} || ', ', '')" for part in parts) or "''"


def _named(register: str, identity: str) -> str:
    """Select the title of a record of a register by its id, or else its code."""
    spec = versioned().get(register)
    if spec is None or spec.title is None:
        return f"(SELECT c.code FROM {register} c WHERE c.id = {identity})"  # noqa: S608
    return f"""(SELECT t.{spec.title} FROM {register}_version t
        WHERE t.{register}_id = {identity} ORDER BY t.version DESC LIMIT 1)"""  # noqa: S608


def _former_statement(kind: str) -> str:
    """Select the former codes of a kind, each with the code that its record has now."""
    changes = f"{kind}_identity_change"
    return f"""SELECT {changes}.former_code, 'now ' || {kind}.code FROM {changes}
        JOIN {kind} ON {kind}.id = {changes}.{kind}_id
        WHERE {_LIKE.format(f"{changes}.former_code")}
            AND {changes}.former_code <> {kind}.code"""  # noqa: S608


def _read(db_url: str, statements: Iterable[str], *given: str) -> list[Any]:
    """Run statements, each with the same parameters; an empty list where that cannot be."""
    return [row for rows in _read_each(db_url, statements, *given) for row in rows]


def _read_each(db_url: str, statements: Iterable[str], *given: str) -> list[list[Any]]:
    """Give the rows of each statement, in one connection; none of one that cannot be run."""
    scheme, _, rest = db_url.partition("://")
    read = {"sqlite": _read_file, "postgresql": _read_server, "postgres": _read_server}
    name, asked = scheme.partition("+")[0], list(statements)
    nothing: list[list[Any]] = [[] for _ in asked]
    if not asked or name not in read:
        return nothing
    return read[name](rest, asked, given) or nothing


def _with_last(statement: str, read: Callable[[str], list[Any]]) -> list[Any]:
    """Run a statement; where its limit leaves out codes, give the last of all too."""
    rows = read(statement)
    of_all = statement.removesuffix(f" LIMIT {_MOST}")
    if len(rows) < _MOST or of_all == statement:
        return rows
    return rows + read(f"{of_all}{_LAST}")


def _read_file(rest: str, statements: list[str], given: tuple[str, ...]) -> list[list[Any]]:
    path = Path(rest.partition("?")[0].removeprefix("/"))
    if not path.is_file():
        return []
    address = f"file:{quote(str(path))}?mode=ro"

    def rows(statement: str) -> list[Any]:
        try:
            return connection.execute(statement, given).fetchall()
        except sqlite3.Error:
            return []

    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT_SECONDS)) as connection:
            return [_with_last(one, rows) for one in statements]
    except sqlite3.Error:
        return []


def _read_server(rest: str, statements: list[str], given: tuple[str, ...]) -> list[list[Any]]:
    try:
        import psycopg  # noqa: PLC0415 - only where the ledger is on a server
    except ImportError:
        return []

    def rows(statement: str) -> list[Any]:
        try:
            said = statement.replace("?", "%s").replace(_BY_CODE_POINTS, 'COLLATE "C"')
            return connection.execute(said.encode(), given or None).fetchall()
        except psycopg.Error:
            return []

    try:
        with psycopg.connect(
            f"postgresql://{rest}", connect_timeout=_TIMEOUT_SECONDS, autocommit=True
        ) as connection:
            return [_with_last(one, rows) for one in statements]
    except psycopg.Error:
        return []
