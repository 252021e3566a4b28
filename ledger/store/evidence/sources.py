"""Sources of leaves: the rows of one kind in the order of requests, and their encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Table

UNREADABLE: Final = (ValueError, TypeError, KeyError, ArithmeticError, AttributeError)
"""Errors raised by values that the program could not have written."""


class Source(NamedTuple):
    """One kind of leaf. Each row's first value is the number of its request.

    `encode` makes the canonical bytes of a row, given the provenance of its request as JSON.
    """

    kind: str
    rows: Iterable[Any]
    reference: Callable[[Any], str]
    encode: Callable[[Any, str], bytes]


def within(table: Table, after: int, through: int) -> tuple[ColumnElement[bool], ...]:
    """Select the rows that were written under requests after one and up to another."""
    column = table.c.request_id
    return (column > after, column <= through)
