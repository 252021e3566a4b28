"""The check of the chain: each request names the newest that it saw, by its hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from ledger.checks.result import CheckReport, CheckResult


class LinkRow(NamedTuple):
    """A request with its links: `due` is its hash as recomputed, None if unreadable.

    `chained` says whether it is of a format that has links, and `is_bound` whether its hash covers
    the rows that it wrote.
    """

    request: int
    chained: bool
    parent: Any
    parent_hash: Any
    hash: Any
    due: str | None
    is_bound: bool = False


def check_chain(
    links: Iterable[LinkRow], known: Collection[str] = (), *, one_writer: bool = False
) -> CheckResult:
    """Check that each request has its own hash and names one that is there by its hash.

    In a file that is the one before it. Hashes that are `known` from receipts have to be there.
    """
    report = CheckReport("chain")
    hashes: dict[Any, Any] = {}
    last: int | None = None
    bound = False
    for link in links:
        report.examined += 1
        name = f"request {link.request}"
        if not link.chained:
            if last is not None:
                report.fail(f"{name} names no request before it, as those before it do")
            continue
        if bound and not link.is_bound:
            report.fail(f"{name} has no hash of the rows it wrote, as those before it have")
        bound = bound or link.is_bound
        if link.due is None or link.hash != link.due:
            written = ", or a row that it wrote," if link.is_bound else ""
            report.fail(f"{name}{written} is not what its hash was made of")
        _check_parent(report, link, hashes, last, one_writer=one_writer)
        hashes[link.request] = link.hash
        last = link.request
    present = set(hashes.values())
    for one in sorted(set(known)):
        report.examined += 1
        if one not in present:
            report.fail(
                f"the request with the hash {one} is not there: it was recorded in this ledger, "
                "which has been cut, rewritten or replaced by an older copy"
            )
    return report.result()


def _check_parent(
    report: CheckReport,
    link: LinkRow,
    hashes: dict[Any, Any],
    last: int | None,
    *,
    one_writer: bool,
) -> None:
    name = f"request {link.request}"
    if link.parent is None:
        if last is not None:
            report.fail(f"{name} names no request before it")
    elif link.parent not in hashes:
        report.fail(f"{name} names request {link.parent} before it, which is not there")
    elif hashes[link.parent] != link.parent_hash:
        report.fail(f"{name} names request {link.parent} before it by another hash than it has")
    elif one_writer and link.parent != last:
        report.fail(f"{name} names request {link.parent} before it; request {last} is")
