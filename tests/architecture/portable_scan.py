"""What PostgreSQL-compatible distributed engines lack or dislike, and how to see it in SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FORBIDDEN = {
    "advisory locks": r"\bpg_(?:try_)?advisory\w*",
    "locks on tables": r"\bLOCK\s+(?:TABLE\s+|\w+\s+IN\b)",
    "notifications": r"\b(?:LISTEN|NOTIFY|UNLISTEN)\s+\w+|\bpg_notify\b",
    "deferred constraints": r"(?<!NOT )\bDEFERRABLE\b|\bINITIALLY\s+DEFERRED\b"
    r"|\bSET\s+CONSTRAINTS\b",
    "numbers without gaps": r"\b(?:SMALL|BIG)?SERIAL\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS"
    r"\s+IDENTITY\b|\bcurrval\b|\blastval\b",
    "trigger depth": r"\bpg_trigger_depth\b",
    "locked rows": r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b|\bFOR\s+(?:KEY\s+)?SHARE\b",
    "temporary tables": r"\bCREATE\s+(?:GLOBAL\s+|LOCAL\s+)?TEMP(?:ORARY)?\b"
    r"|\bON\s+COMMIT\s+DROP\b",
    "exclusion constraints": r"\bEXCLUDE\s+(?:USING|\()",
    "transition tables": r"\bREFERENCING\s+(?:NEW|OLD)\s+TABLE\b",
    "large objects": r"\blo_\w+\s*\(|\bLARGE\s+OBJECT\b",
    "cursors that outlive": r"\bWITH\s+HOLD\b",
    "system columns": r"\b(?:ctid|xmin|xmax|cmin|cmax)\b",
    "constraint triggers": r"\bCREATE\s+CONSTRAINT\s+TRIGGER\b",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in FORBIDDEN.items()}

# A text in quotes, a body between dollars, a name, a comment: what a semicolon may stand in.
_ASIDE = re.compile(r"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


class Seen(NamedTuple):
    """A construct that was seen, and the words it was seen in."""

    construct: str
    words: str


def constructs(sql: str) -> list[Seen]:
    """Name every construct of a text that not every engine has; comments do not count."""
    plain = _COMMENT.sub(" ", sql)
    return [
        Seen(name, found.group())
        for name, pattern in _PATTERNS.items()
        for found in pattern.finditer(plain)
    ]


def statements(sql: str) -> int:
    """Count the statements in a text that is carried out at once."""
    return sum(bool(part.strip()) for part in _ASIDE.sub(_blank, sql).split(";"))


def _blank(aside: re.Match[str]) -> str:
    return " " if aside.group().startswith(("--", "/*")) else "x"


def texts(path: Path) -> Iterator[str]:
    """Give the texts in which a file may hold SQL: all of it, or a module's strings."""
    words = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        yield words
        return
    tree = ast.parse(words)
    told = {id(node) for node in _docstrings(tree)}
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else " x " for one in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and id(node) not in told | inside:
            yield str(node.value)


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Give the strings that stand by themselves: said to people, not to a database."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def calls(path: Path) -> Iterator[str]:
    """Name every keyword and method of a module's calls that asks SQLAlchemy for a construct."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "with_for_update":
            yield "with_for_update"
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in {"Identity", "ExcludeConstraint"}:
            yield name
        yield from (
            f"{word.arg}={ast.unparse(word.value)}"
            for word in node.keywords
            if word.arg in {"deferrable", "initially", "with_for_update"}
        )
