"""Who sends which files: each provider's statements are told by a pattern of their names.

A pattern is that of a file name, such as `bank-*.csv`, or of a folder in the inbox: `bank/*`.
One of a file name fits no file in a folder, so that the folder of one provider sends for no other.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from ledger.statements.lines import StatementLine

Senders = tuple[tuple[str, str], ...]
"""Providers, each with a pattern of the files that it sends; one may have several."""


def providers_of(name: str, senders: Senders) -> frozenset[str]:
    """Return the providers that send files of that name."""
    return frozenset(provider for provider, pattern in senders if _fits(name, pattern))


def _fits(name: str, pattern: str) -> bool:
    own, due = name.casefold().split("/"), pattern.casefold().split("/")
    return len(own) == len(due) and all(map(fnmatchcase, own, due))


def is_from_sender(line: StatementLine, senders: Senders) -> bool:
    """Return whether a line came in a file that its provider sends."""
    return line.file is not None and line.provider in providers_of(line.file, senders)


def file_text(line: StatementLine) -> str:
    """Name the file of a line with its digest; empty where it is not known."""
    return "" if line.file is None else f"; file {line.file}, SHA-256 {line.digest}"
