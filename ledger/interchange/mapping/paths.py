"""Paths of import rules: how a cell, or the items of a list, are read from a nested record.

`a.b` is the item `b` of `a`; of a list its first item is read, unless `a[].b` asks for all. Of the
list `a[type=Plan]` only the items are there whose `type` is Plan: its first is read by
`a[type=Plan].b`, and all by `a[type=Plan][].b`. `@name` is an attribute, and `#text` the text of an
element, which is also read where the element is met. A column of exactly the name comes before the
path, so that flat files are read by their headings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

TEXT = "#text"
"""The key under which a record keeps the text of an element that has more than text."""
ALL = "[]"
"""Behind a name: all items of the list."""

CHOICE: Final = r"\[[^\[\]{}=]+=[^\[\]{}=]+\]"
"""Behind a name, which items of the list are there: those that have a word under a key."""
_STEP: Final = re.compile(
    rf"(?P<name>[^\[\]]*)(?P<choice>{CHOICE})?(?P<all>\[\])?", flags=re.DOTALL
)
_DOT: Final = re.compile(r"\.(?![^\[]*\])")
_MEANT: Final = re.compile(r"\[[^\[\]]*=")
Node = Any
"""Text, a nested record, or a list of either."""


class _Step(NamedTuple):
    """One part of a path: the name, which items of a list are there, and whether all are read."""

    name: str
    key: str = ""
    word: str = ""
    every: bool = False

    def chosen(self, items: list[Node]) -> list[Node]:
        """Give the items of a list that are there."""
        if not self.key:
            return items
        return [
            one
            for one in items
            if isinstance(one, dict) and text_of(one.get(self.key)) == self.word
        ]


@cache
def _step(text: str) -> _Step:
    """Understand a part of a path; one that has brackets otherwise is a name."""
    found = _STEP.fullmatch(text)
    if found is None:
        return _Step(text)
    key, _, word = (found["choice"] or "[=]")[1:-1].partition("=")
    return _Step(found["name"], key.strip(), word.strip(), found["all"] is not None)


def require_path(path: str) -> None:
    """Raise ValueError for a path that chooses items in another form than `a[key=word].b`."""
    if _MEANT.search(path) and any(
        _MEANT.search(part) and not _step(part).key for part in _DOT.split(path)
    ):
        raise ValueError(f"{path!r} does not choose items of a list: write name[key=word].rest")


def text_of(node: Node) -> str:
    """Give the text of a node: of a list its first item's, of a record its own text."""
    while isinstance(node, list):
        node = node[0] if node else ""
    if isinstance(node, dict):
        return text_of(node.get(TEXT, ""))
    if node is None:
        return ""
    text = node if isinstance(node, str) else str(node)
    if "\r" in text:  # a line end inside a cell is one LF, whatever the file has
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def compile_path(path: str) -> Callable[[Mapping[str, Node]], str]:
    """Give what reads the text at a path; empty where there is none."""
    steps = [*map(_step, _DOT.split(path))]
    is_plain = len(steps) == 1 and not steps[0].key

    def read(record: Mapping[str, Node]) -> str:
        node = record.get(path)
        if node is None and not is_plain:
            node = _follow(record, steps)
        if isinstance(node, str) and node.isascii() and "\r" not in node:
            return node
        return text_of(node)

    return read


def _follow(node: Node, steps: list[_Step]) -> Node:
    for step in steps:
        while isinstance(node, list):
            node = node[0] if node else None
        if isinstance(node, dict):
            node = node.get(step.name)
            if step.key:
                node = step.chosen(_as_list(node))
        elif step.name != TEXT:
            return None
    return node


def compile_items(path: str) -> Callable[[Mapping[str, Node]], list[Node]]:
    """Give what reads all items of the list at a path; `a` and `a[]` are the same list."""
    path = path.removesuffix(ALL)
    *before, last = map(_step, _DOT.split(path))
    steps = [*before, last._replace(every=True)]

    def read(record: Mapping[str, Node]) -> list[Node]:
        node = record.get(path)
        return _as_list(node) if node is not None else _gather([record], steps)

    return read


def compile_inside(path: str) -> tuple[str, Callable[[Mapping[str, Node]], list[Node]], str]:
    """Split `a[].b` at its last list: give the list, what reads it, and the path in an item."""
    outer, _, inner = path.rpartition(ALL)
    return outer, compile_items(outer), inner.removeprefix(".")


def _gather(nodes: list[Node], steps: list[_Step]) -> list[Node]:
    for step in steps:
        found: list[Node] = []
        for node in nodes:
            inner = node.get(step.name) if isinstance(node, dict) else None
            items = step.chosen(_as_list(inner))
            found += items if step.every else items[:1]
        nodes = found
    return nodes


def _as_list(node: Node) -> list[Node]:
    if node is None or node == "":
        return []
    return node if isinstance(node, list) else [node]
