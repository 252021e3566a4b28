"""Sources of leaves: the rows of one kind in the order of requests, and their encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Table

from ledger.evidence.canonical import PlainTexts

UNREADABLE: Final = (ValueError, TypeError, KeyError, ArithmeticError, AttributeError)
"""Errors raised by values that the program could not have written."""


class Source(NamedTuple):
    """One kind of leaf. Each row's first value is the number of its request.

    `encode` makes the canonical bytes of a row, given what formats its texts and the provenance of
    its request as JSON; `encode_salted`, where there is one, those under requests of the newest
    format. `key` gives the record and version that disclosures of its own are stored
    under; without it there are none but its request's.
    """

    kind: str
    rows: Iterable[Any]
    reference: Callable[[Any], str]
    encode: Callable[[Any, PlainTexts, str], bytes]
    key: Callable[[Any], tuple[int, int]] | None = None
    encode_salted: Callable[[Any, PlainTexts, str], bytes] | None = None


def within(
    table: Table, after: int | BindParameter[Any], through: int | BindParameter[Any]
) -> tuple[ColumnElement[bool], ...]:
    """Select the rows that were written under requests after one and up to another."""
    column = table.c.request_id
    return (column > after, column <= through)
