"""A thousand forged proofs: whatever is changed in one, whoever keeps the seal refuses it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attack_figures import count_cases
from sealed_world import Sealed
from world import World

from ledger.core.errors import LedgerError
from ledger.evidence.merkle import Frontier, inclusion_spans, leaf_hash, span_roots
from ledger.evidence.proofs import read_proof, verify
from ledger.evidence.tree_head import TreeHead
from ledger.store.evidence.leaves import stream_leaves
from ledger.usecases.evidence import NotSealedYet, prove

SEED = 20_261_124
FORGERIES = 1000

Document = dict[str, Any]


@pytest.fixture(scope="module")
def honest(sealed_once: Sealed) -> dict[TreeHead, list[Document]]:
    """Give every proof of every entry, by the seal that it leads to."""
    world = World(sealed_once.url)
    found: dict[TreeHead, list[Document]] = {mark: [] for mark in sealed_once.marks}
    for mark, proofs in found.items():
        for entry in world.entries():
            try:
                proofs.append(prove(world.ledger, entry.number, mark.size, ["actor", "host"]))
            except NotSealedYet:
                continue
    world.ledger.engine.dispose()
    return found


@pytest.fixture(scope="module")
def contents(sealed_once: Sealed) -> list[bytes]:
    """Give the contents of all leaves in order."""
    world = World(sealed_once.url)
    with world.ledger.read() as connection:
        found = [leaf.content or b"" for leaf in stream_leaves(connection, 0, 10**9)]
    world.ledger.engine.dispose()
    return found


def _another_word(one: Document, others: list[Document], chance: Random) -> None:
    del others
    leaf = json.loads(one["leaf"])
    key = chance.choice([key for key in leaf if key not in {"$", "said", "movements"}])
    leaf[key] = f"{leaf[key]}{chance.randrange(10)}"
    one["leaf"] = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _another_amount(one: Document, others: list[Document], chance: Random) -> None:
    del others
    leaf = json.loads(one["leaf"])
    movement = chance.choice(leaf["movements"])
    movement["amount"] = str(int(movement["amount"]) * 10)
    one["leaf"] = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _another_byte(one: Document, others: list[Document], chance: Random) -> None:
    del others
    at = chance.randrange(2, len(one["leaf"]) - 2)
    while not one["leaf"][at].isalnum():
        at = chance.randrange(2, len(one["leaf"]) - 2)
    new = chance.choice([letter for letter in "abcxyz0189" if letter != one["leaf"][at]])
    one["leaf"] = one["leaf"][:at] + new + one["leaf"][at + 1 :]


def _more_space(one: Document, others: list[Document], chance: Random) -> None:
    del others, chance
    one["leaf"] = one["leaf"].replace(",", ", ", 1)


def _anothers_leaf(one: Document, others: list[Document], chance: Random) -> None:
    one["leaf"] = chance.choice([it for it in others if it["leaf"] != one["leaf"]])["leaf"]


def _another_position(one: Document, others: list[Document], chance: Random) -> None:
    del others
    one["position"] = chance.choice([at for at in range(one["size"]) if at != one["position"]])


def _another_size(one: Document, others: list[Document], chance: Random) -> None:
    del others
    one["size"] = max(1, one["size"] + chance.choice((-7, -2, -1, 1, 2, 9)))


def _another_step(one: Document, others: list[Document], chance: Random) -> None:
    del others
    at = chance.randrange(len(one["path"]))
    one["path"][at] = chance.randbytes(32).hex()


def _a_step_less(one: Document, others: list[Document], chance: Random) -> None:
    del others
    del one["path"][chance.randrange(len(one["path"]))]


def _a_step_more(one: Document, others: list[Document], chance: Random) -> None:
    del others
    at = chance.randrange(len(one["path"]) + 1)
    one["path"].insert(at, chance.choice([*one["path"], one["root"]]))


def _steps_in_another_order(one: Document, others: list[Document], chance: Random) -> None:
    if len(one["path"]) < 2:
        _another_step(one, others, chance)
        return
    first, second = chance.sample(range(len(one["path"])), 2)
    path = one["path"]
    path[first], path[second] = path[second], path[first]


def _anothers_path(one: Document, others: list[Document], chance: Random) -> None:
    one["path"] = chance.choice([it for it in others if it["path"] != one["path"]])["path"]


def _another_root(one: Document, others: list[Document], chance: Random) -> None:
    del others
    one["root"] = chance.randbytes(32).hex()


def _a_node_for_a_leaf(one: Document, others: list[Document], chance: Random) -> None:
    del others, chance
    one["position"] //= 2
    one["size"] = (one["size"] + 1) // 2
    one["path"] = one["path"][1:]


def _another_name(one: Document, others: list[Document], chance: Random) -> None:
    del others
    one["disclosed"][chance.choice(("actor", "host"))]["text"] += chance.choice(" xé")


def _another_salt(one: Document, others: list[Document], chance: Random) -> None:
    del others
    one["disclosed"]["actor"]["salt"] = chance.randbytes(16).hex()


def _another_field(one: Document, others: list[Document], chance: Random) -> None:
    del others
    name = chance.choice(("system_user", "reason", "reference", "database_user"))
    one["disclosed"][name] = one["disclosed"]["actor"]


CHANGES: tuple[Callable[[Document, list[Document], Random], None], ...] = (
    _another_word, _another_amount, _another_byte, _more_space, _anothers_leaf,
    _another_position, _another_size, _another_step, _a_step_less, _a_step_more,
    _steps_in_another_order, _anothers_path, _another_root, _a_node_for_a_leaf,
    _another_name, _another_salt, _another_field,
)  # fmt: skip


def outcome(document: Document, mark: TreeHead, path: Path) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        verify(read_proof(path), mark)
    except LedgerError as error:
        return error.code
    return "accepted"


def test_honest_proofs_are_accepted(honest, tmp_path) -> None:
    told = Counter(
        outcome(document, mark, tmp_path / "proof.json")
        for mark, proofs in honest.items()
        for document in proofs
    )
    assert set(told) == {"accepted"}


def test_a_thousand_forged_proofs_are_refused(honest, tmp_path) -> None:
    chance = Random(SEED)
    told: Counter[str] = Counter()
    for number in range(FORGERIES):
        mark = chance.choice([mark for mark, proofs in honest.items() if proofs])
        document = json.loads(json.dumps(chance.choice(honest[mark])))
        before = json.loads(json.dumps(document))
        change = CHANGES[number % len(CHANGES)]
        change(document, honest[mark], chance)
        assert document != before
        found = outcome(document, mark, tmp_path / "proof.json")
        assert found != "accepted", f"seed {SEED}: {change.__name__}: {document}"
        told[found] += 1
    count_cases(FORGERIES)
    assert sum(told.values()) == FORGERIES


def test_a_tree_of_somebodys_own_is_refused_by_whoever_keeps_the_seal(
    honest, contents, tmp_path
) -> None:
    """The forger grows a whole tree round a leaf of his own: it holds, but under another seal."""
    chance = Random(SEED)
    for mark in list(honest):
        position = chance.randrange(mark.size)
        leaves = [leaf_hash(content) for content in contents[: mark.size]]
        mine = '{"$":"cityfund.entry/1","number":"7"}'
        leaves[position] = leaf_hash(mine.encode())
        tree = Frontier()
        for leaf in leaves:
            tree.add(leaf)
        spans = inclusion_spans(position, mark.size)
        document = {
            **honest[mark][0], "leaf": mine, "position": position, "root": tree.root().hex(),
            "path": [step.hex() for step in span_roots(spans, leaves)], "disclosed": {},
        }  # fmt: skip
        path = tmp_path / "proof.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        verify(read_proof(path))
        assert outcome(document, mark, path) == "other-seal"
