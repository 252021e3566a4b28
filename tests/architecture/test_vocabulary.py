"""The vocabulary: words that the code and its pages do not use, since the field has others.

`cli/docs/glossary.md` says what to use instead. Names are those of modules, classes, functions
and parameters, taken apart at underscores and capitals. SQL tables, stored values, JSON keys and
error codes are outside the rule: they keep their names for the sake of old ledgers and scripts.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

from offences import assert_none

ROOT = Path(__file__).parents[2]
EVERYWHERE = "*"
SOLVER = "ledger/solver/*"
MATCHING = "ledger/matching/*"
STATEMENTS = "ledger/statements/*"

NAMES = {
    # Words that name nothing of the field, wherever they stand.
    **dict.fromkeys(
        (
            *("road", "venture", "demand", "supply", "give", "gives", "crowd"),
            *("crowding", "dues", "vicinity", "nearness", "narrowing", "settling", "rerouting"),
            *("leftovers", "loose", "sparing", "heed", "hopeful", "contest", "picture", "scene"),
            *("beginning", "folded", "laid", "holder", "holders"),
            *("living", "lives", "said", "told", "telling", "kept", "keeping", "unkept", "found"),
            *("it", "healed", "settled", "papers", "ladder", "buckets", "promises"),
            *("conformance", "misread"),
        ),
        (EVERYWHERE,),
    ),
    # Words with a meaning of their own elsewhere.
    "book": (SOLVER, MATCHING),
    "books": ("ledger/checks/*", STATEMENTS),
    "store": (SOLVER,),
    # The standing of an approach and of a city in a topic; of quantities it is a balance.
    **dict.fromkeys(
        ("standing", "standings"),
        ("ledger/journal/*", "ledger/deals/*", "ledger/gaps/*", "ledger/checks/*"),
    ),
    "piece": (SOLVER,),
    "ground": (SOLVER,),
    "few": (SOLVER,),
    "guide": (SOLVER,),
    "improving": (SOLVER,),
    "filling": (SOLVER, MATCHING),
    "writing": (SOLVER, MATCHING),
    "whole": (SOLVER,),
    "descent": (SOLVER,),
    "effort": (SOLVER, MATCHING, "ledger/usecases/matching/*"),
    "watch": (SOLVER,),
    "what": (STATEMENTS,),
    "step": ("ledger/journal/*",),
    "mark": ("ledger/evidence/*", "ledger/checks/*"),
}
"""Each refused word of a name, with the files (patterns) in which it is refused."""

PROSE = (
    *("venture", "crowding", "narrowing", "rerouting", "vicinity", "nearness", "picture"),
    *("moving house", "many hands", "seal mark", "laid down", "made whole"),
)
"""Words and phrases that docstrings, comments and pages do not use in any meaning."""

EXEMPT = ("ledger/store/db/*", "ledger/evidence/canonical.py")
"""Names of SQL tables and keys of canonical bytes, which never change."""


def modules() -> list[Path]:
    return sorted(path for top in ("ledger", "cli") for path in (ROOT / top).rglob("*.py"))


def pages() -> list[Path]:
    texts = [ROOT / "README.md", *(ROOT / "cli" / "docs").glob("*.md")]
    return sorted(path for path in texts if path.name != "glossary.md")


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words_of(name: str) -> set[str]:
    """Take a name apart: `StatementLine` and `statement_line` are the same two words."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)}


ALLOWED = {"NotFound", "SupplyGroups"}
"""Names that are terms of their own: the error of exit code 5, the supply groups of the solver."""


def names_in(path: Path) -> Iterator[tuple[int, str]]:
    yield 1, path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        if isinstance(node, ast.arg):
            yield node.lineno, node.arg


def prose_in(path: Path) -> Iterator[tuple[int, str]]:
    """Give the docstrings and comments of a module, or the lines of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield from enumerate(text.splitlines(), start=1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and token.string.startswith('"""')
        if is_docstring or token.type == tokenize.COMMENT:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def refused_names(path: Path) -> Iterator[str]:
    where = place(path)
    if any(fnmatch(where, pattern) for pattern in EXEMPT):
        return
    for line, name in names_in(path):
        for word in sorted(words_of(name) & NAMES.keys() if name not in ALLOWED else ()):
            if any(fnmatch(where, pattern) for pattern in NAMES[word]):
                yield f"{where}:{line} has {word!r} in the name {name}"


def refused_prose(path: Path) -> Iterator[str]:
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, PROSE))})s?\b", re.IGNORECASE)
    for line, text in prose_in(path):
        if match := pattern.search(text):
            yield f"{place(path)}:{line} says {match[1]!r}"


def test_names_and_prose_use_the_words_of_the_field() -> None:
    assert_none(chain.from_iterable(map(refused_names, modules())))
    assert_none(chain.from_iterable(map(refused_prose, [*modules(), *pages()])))


def test_a_name_is_taken_apart_into_its_words() -> None:
    assert words_of("KeptHTTPRow_v2") == {"kept", "http", "row", "v2"}
    assert words_of("found") == {"found"}


def test_the_glossary_says_what_to_use_instead() -> None:
    glossary = (ROOT / "cli" / "docs" / "glossary.md").read_text(encoding="utf-8").casefold()
    assert_none(
        f"{word} has no entry in the glossary"
        for word in REPLACED
        if word.casefold() not in glossary
    )


REPLACED = (
    *("account", "balance", "timeline posting", "outstanding", "provenance", "snapshot"),
    *("tree head", "matching pass", "reference filter", "amount filter", "auto-resolved"),
    *("normalised code", "cross rate", "need", "offer", "project", "allocation"),
    *("eligible count", "offer index", "sorted index", "augmenting path", "diving heuristic"),
    *("cover cut", "dual charge", "relaxation", "large-neighbourhood search", "PDHG"),
)
"""The terms that take their place; each is in the glossary."""
