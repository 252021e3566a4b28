"""Sources of leaves: the rows of one kind in the order of requests, and their encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Table

from ledger.evidence.tree_head import Leaf

UNREADABLE: Final = (ValueError, TypeError, KeyError, ArithmeticError, AttributeError)
"""Errors raised by values that the program could not have written."""

MakeLeaves = Callable[[int, Iterator[Any], str | None], Iterator[Leaf]]
"""Given a request's number, its rows of a kind, and who said it as JSON, makes their leaves."""


class Source(NamedTuple):
    """One kind of leaf. Each row's first value is the number of its request."""

    rows: Iterable[Any]
    leaves: MakeLeaves


def within(table: Table, after: int, through: int) -> tuple[ColumnElement[bool], ...]:
    """Keep the rows that were written under requests after one and up to another."""
    column = table.c.request_id
    return (column > after, column <= through)


def require_provenance(provenance: str | None) -> str:
    """Give who said the request; raises ValueError where that cannot be read."""
    if provenance is None:
        raise ValueError(provenance)
    return provenance
