"""Paths of import rules: how a cell, or the items of a list, are read from a nested record.

`a.b` is the item `b` of `a`; of a list its first item is read, unless `a[].b` asks for all. `@name`
is an attribute, and `#text` the text of an element, which is also read where the element is met. A
column of exactly the name comes before the path, so that flat files are read by their headings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

TEXT = "#text"
"""The key under which a record keeps the text of an element that has more than text."""
ALL = "[]"
"""Behind a name: all items of the list."""

Node = Any
"""Text, a nested record, or a list of either."""


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
    steps = path.split(".")

    def read(record: Mapping[str, Node]) -> str:
        node = record.get(path)
        if node is None and len(steps) > 1:
            node = _follow(record, steps)
        if isinstance(node, str) and node.isascii() and "\r" not in node:
            return node
        return text_of(node)

    return read


def _follow(node: Node, steps: list[str]) -> Node:
    for step in steps:
        while isinstance(node, list):
            node = node[0] if node else None
        if isinstance(node, dict):
            node = node.get(step)
        elif step != TEXT:
            return None
    return node


def compile_items(path: str) -> Callable[[Mapping[str, Node]], list[Node]]:
    """Give what reads all items of the list at a path; `a` and `a[]` are the same list."""
    path = path.removesuffix(ALL)
    *before, last = path.split(".")
    steps = [*before, last + ALL]

    def read(record: Mapping[str, Node]) -> list[Node]:
        node = record.get(path)
        return _as_list(node) if node is not None else _gather([record], steps)

    return read


def compile_inside(path: str) -> tuple[str, Callable[[Mapping[str, Node]], list[Node]], str]:
    """Split `a[].b` at its last list: give the list, what reads it, and the path in an item."""
    outer, _, inner = path.rpartition(ALL)
    return outer, compile_items(outer), inner.removeprefix(".")


def _gather(nodes: list[Node], steps: list[str]) -> list[Node]:
    for step in steps:
        name, every = step.removesuffix(ALL), step.endswith(ALL)
        found: list[Node] = []
        for node in nodes:
            inner = node.get(name) if isinstance(node, dict) else None
            items = _as_list(inner)
            found += items if every else items[:1]
        nodes = found
    return nodes


def _as_list(node: Node) -> list[Node]:
    if node is None or node == "":
        return []
    return node if isinstance(node, list) else [node]
