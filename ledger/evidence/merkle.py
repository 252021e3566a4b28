"""The ledger's Merkle tree: the tree hash of RFC 6962, with the inclusion proofs of RFC 9162.

A tree over n leaves splits at the largest power of two below n. A growing tree therefore keeps the
complete trees it is made of, and their roots (the frontier) are enough to continue without any
older leaf. A proof is a list of roots of ranges of leaves; which ranges follows from two numbers
alone, so one pass over the leaves is enough for any proof, in little memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf; its zero prefix keeps leaves and nodes distinct."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two halves."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree: its size, and the roots of its complete subtrees, largest first."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Continue from a tree of that size, with one peak per binary one of the size."""
        assert size.bit_count() == len(peaks), f"{len(peaks)} peaks of a tree of {size}"
        self.size = size
        self._peaks = list(peaks)

    def add(self, leaf: bytes) -> None:
        """Add a leaf's hash on the right."""
        count = self.size
        while count & 1:
            leaf = sha256(b"\x01" + self._peaks.pop() + leaf).digest()
            count >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the current root of the tree."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def copy(self) -> Frontier:
        """Return an independent tree of the same leaves."""
        return Frontier(self.size, self._peaks)

    def to_bytes(self) -> bytes:
        """Return the peaks one after another, as they are stored."""
        return b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier | None:
        """Read stored peaks; None if they do not fit a tree of that size."""
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            return None
        peaks = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        return cls(size, peaks)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over the hashes of leaves in order."""
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


class LeafRange(NamedTuple):
    """The leaves of a subtree: from `first` up to but without `end`."""

    first: int
    end: int


def inclusion_spans(position: int, size: int) -> list[LeafRange]:
    """Return the ranges whose roots lead from a leaf to the root of a tree, nearest first."""
    assert 0 <= position < size, f"leaf {position} of {size}"
    return _inclusion(position, LeafRange(0, size))


def _inclusion(position: int, within: LeafRange) -> list[LeafRange]:
    if within.end - within.first == 1:
        return []
    left, right = _halves(within)
    if position < left.end:
        return [*_inclusion(position, left), right]
    return [*_inclusion(position, right), left]


def inclusion_paths(
    positions: Collection[int], size: int, leaves: Iterable[bytes]
) -> dict[int, list[bytes]]:
    """Return what leads from each of some leaves to the root of a tree, in one pass over them all.

    These are the roots of `inclusion_spans`, in their order.
    """
    assert all(0 <= one < size for one in positions), f"{positions} of {size}"
    roots: dict[LeafRange, bytes] = {}
    _read_root(LeafRange(0, size), sorted({*positions}), iter(leaves), roots)
    return {one: [roots[span] for span in inclusion_spans(one, size)] for one in positions}


def _read_root(
    span: LeafRange,
    positions: Sequence[int],
    leaves: Iterator[bytes],
    roots: dict[LeafRange, bytes],
) -> bytes:
    """Read the leaves of a range; keep its root, and those of its parts beside the positions."""
    count = span.end - span.first
    if count == 1 or not positions:
        root = root_of(_take(leaves, count))
    else:
        left, right = _halves(span)
        middle = bisect_left(positions, left.end)
        first = _read_root(left, positions[:middle], leaves, roots)
        root = node_hash(first, _read_root(right, positions[middle:], leaves, roots))
    roots[span] = root
    return root


def consistency_spans(old: int, size: int) -> list[LeafRange]:
    """Return the ranges whose roots lead from the root of the first leaves to that of them all."""
    assert 0 < old <= size, f"{old} of {size}"
    return _consistency(old, LeafRange(0, size), is_known=True)


def _consistency(old: int, within: LeafRange, *, is_known: bool) -> list[LeafRange]:
    """Go down to the range that ends with the older tree; its root is known where that is whole."""
    if within.end == old:
        return [] if is_known else [within]
    left, right = _halves(within)
    if old <= left.end:
        return [*_consistency(old, left, is_known=is_known), right]
    return [*_consistency(old, right, is_known=False), left]


def _halves(span: LeafRange) -> tuple[LeafRange, LeafRange]:
    """Split a tree of two leaves or more at the largest power of two below its size."""
    middle = span.first + (1 << (span.end - span.first - 1).bit_length() - 1)
    return LeafRange(span.first, middle), LeafRange(middle, span.end)


def roots_and_tree(
    spans: Sequence[LeafRange], leaves: Iterable[bytes]
) -> tuple[list[bytes], Frontier]:
    """Return the roots of disjoint ranges, and the tree of all leaves, in one pass."""
    tree = Frontier()

    def added() -> Iterator[bytes]:
        for leaf in leaves:
            tree.add(leaf)
            yield leaf

    remaining = added()
    roots = span_roots(spans, remaining)
    deque(remaining, maxlen=0)  # adding them is what counts
    return roots, tree


def span_roots(spans: Sequence[LeafRange], leaves: Iterable[bytes]) -> list[bytes]:
    """Return the roots of disjoint ranges, in one pass over the leaves from the first."""
    roots: dict[LeafRange, bytes] = {}
    remaining = iter(leaves)
    at = 0
    for span in sorted(spans):
        _skip(remaining, span.first - at)
        roots[span] = root_of(_take(remaining, span.end - span.first))
        at = span.end
    return [roots[span] for span in spans]


def _skip(leaves: Iterator[bytes], count: int) -> None:
    for _ in _take(leaves, count):
        pass


def _take(leaves: Iterator[bytes], count: int) -> Iterator[bytes]:
    return islice(leaves, count)
