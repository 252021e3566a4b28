"""The tree is that of RFC 6962: its known roots, and every proof of every small tree."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    inclusion_paths,
    inclusion_spans,
    leaf_hash,
    root_of,
    span_roots,
)
from ledger.evidence.proofs import proves_inclusion

KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""What implementations of Certificate Transparency test themselves with."""

CONTENTS = [f"leaf {number}".encode() for number in range(40)]
LEAVES = [leaf_hash(content) for content in CONTENTS]


def by_definition(contents: Sequence[bytes]) -> bytes:
    """Compute a root as RFC 6962, section 2.1, defines it."""
    if len(contents) < 2:
        return sha256(b"\x00" + contents[0]).digest() if contents else sha256().digest()
    half = 1
    while half * 2 < len(contents):
        half *= 2
    left, right = by_definition(contents[:half]), by_definition(contents[half:])
    return sha256(b"\x01" + left + right).digest()


ROOTS = [by_definition(CONTENTS[:size]) for size in range(len(CONTENTS) + 1)]


def test_known_trees_have_their_known_roots():
    leaves = [leaf_hash(bytes.fromhex(content)) for content in KNOWN_LEAVES]
    assert [root_of(leaves[:size]).hex() for size in range(9)] == KNOWN_ROOTS
    assert EMPTY_ROOT.hex() == KNOWN_ROOTS[0]


def test_a_tree_has_the_root_of_its_definition_at_every_size():
    tree = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert tree.root() == ROOTS[size]
        tree.add(leaf)


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_leaf_of_every_tree_is_proven_and_nothing_else_by_its_proof(size):
    for position in range(size):
        path = span_roots(inclusion_spans(position, size), LEAVES[:size])
        assert proves_inclusion(CONTENTS[position], position, size, path, ROOTS[size])
        assert not proves_inclusion(b"another", position, size, path, ROOTS[size])
        assert not proves_inclusion(
            CONTENTS[position], position, size, [*path, LEAVES[0]], ROOTS[size]
        )
        assert not proves_inclusion(CONTENTS[position], position, size, path, ROOTS[size - 1])
        places = [
            other
            for other in range(size + 2)
            if proves_inclusion(CONTENTS[position], other, size, path, ROOTS[size])
        ]
        assert places == [position]


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_the_paths_of_some_leaves_read_at_once_are_those_read_alone(size):
    for positions in ([], [0], [size - 1], range(0, size, 3), range(size)):
        paths = inclusion_paths([*positions], size, LEAVES[:size])
        assert paths == {
            one: span_roots(inclusion_spans(one, size), LEAVES[:size]) for one in positions
        }


@given(st.lists(st.binary(max_size=8), max_size=70), st.data())
def test_a_frontier_that_was_kept_goes_on_as_if_it_had_not_been(contents, data):
    leaves = [leaf_hash(content) for content in contents]
    half = data.draw(st.integers(0, len(leaves)))
    before = Frontier()
    for leaf in leaves[:half]:
        before.add(leaf)
    tree = Frontier.from_bytes(before.size, before.to_bytes())
    assert tree is not None
    for leaf in leaves[half:]:
        tree.add(leaf)
    assert (tree.size, tree.root()) == (len(leaves), root_of(leaves))
    assert tree.to_bytes() == _frontier_of(leaves).to_bytes()
    assert before.root() == root_of(leaves[:half])


def _frontier_of(leaves: Sequence[bytes]) -> Frontier:
    tree = Frontier()
    for leaf in leaves:
        tree.add(leaf)
    return tree


def test_a_frontier_of_the_wrong_length_is_none():
    assert Frontier.from_bytes(3, b"x" * 32) is None
    assert Frontier.from_bytes(-1, b"") is None


def test_no_node_passes_for_a_leaf():
    node = LEAVES[0] + LEAVES[1]
    assert leaf_hash(b"\x01" + node) != root_of(LEAVES[:2])
    assert leaf_hash(node) != root_of(LEAVES[:2])
