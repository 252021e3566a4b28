"""A witness without the ledger verifies by one file that a newer seal continues an older one."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from commands_in_a_folder import CommandsInAFolder
from sealed_world import marks
from world import World

from ledger.evidence.consistency import (
    MalformedConsistency,
    parse_consistency,
    proves_consistency,
)
from ledger.evidence.merkle import consistency_spans, leaf_hash, root_of, span_roots
from ledger.evidence.tree_head import TreeHead

SMALL = 40
LEAVES = [leaf_hash(f"leaf {number}".encode()) for number in range(SMALL)]
HEADS = [TreeHead(size, root_of(LEAVES[:size])) for size in range(SMALL + 1)]


def path_of(old: int, size: int) -> list[bytes]:
    return span_roots(consistency_spans(old, size), LEAVES[:size])


@pytest.mark.parametrize("size", range(1, SMALL + 1))
def test_every_small_tree_continues_every_smaller_one_and_nothing_else(size: int) -> None:
    for old in range(1, size + 1):
        path = path_of(old, size)
        assert proves_consistency(HEADS[old], HEADS[size], path)
        other = TreeHead(old, LEAVES[0][::-1])
        assert not proves_consistency(other, HEADS[size], path)
        assert not proves_consistency(HEADS[old], TreeHead(size, other.root), path)
        assert not proves_consistency(HEADS[old], HEADS[size], [*path, LEAVES[0]])
        assert not proves_consistency(HEADS[old], HEADS[size - 1], path)
        if path:
            assert not proves_consistency(HEADS[old], HEADS[size], path[:-1])
            changed = [*path[:-1], path[-1][::-1]]
            assert not proves_consistency(HEADS[old], HEADS[size], changed)


def test_the_known_proofs_of_the_standard() -> None:
    """The sizes and nodes of the examples in RFC 9162, section 2.1.5."""
    assert consistency_spans(3, 7) == [(2, 3), (3, 4), (0, 2), (4, 7)]
    assert consistency_spans(4, 7) == [(4, 7)]
    assert consistency_spans(6, 7) == [(4, 6), (6, 7), (0, 4)]


@pytest.fixture
def hands(
    sealed: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> CommandsInAFolder:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("CITYFUND_DB", sealed.url)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = CommandsInAFolder(sealed, tmp_path, capsys)
    made.says("audit keygen {}/fund --name fund.example/ledger")
    made.says("audit keygen {}/office --name office.example --witness")
    made.says("audit seal --sign {}/fund --note {}/note")
    return made


def grow(hands: CommandsInAFolder) -> TreeHead:
    """Record and seal more; give the seal before."""
    before = marks(hands.world)[-1]
    hands.world.city("NEW1")
    hands.says("audit seal --sign {}/fund --note {}/note")
    return before


VERIFY = "audit verify {}/proof --signer {}/fund.pub --seal "


def test_who_keeps_an_old_seal_verifies_that_the_new_one_continues_it(hands, monkeypatch):
    before = grow(hands)
    hands.says(f"audit consistency {{}}/note --size {before.size} --output {{}}/proof")
    monkeypatch.setenv("CITYFUND_DB", "sqlite:////nowhere/at/all.db")

    said = hands.says(f"{VERIFY}{before}")
    assert f"continues {before}" in said
    assert "signed by fund.example/ledger" in said
    document = json.loads(hands.says(f"{VERIFY}{before} --json"))
    assert (document["proven"], document["before"]) == (True, str(before))

    other = TreeHead(before.size, before.root[::-1])
    assert hands.refused(f"{VERIFY}{other}") == ("not-consistent", 4)
    smaller = TreeHead(before.size - 1, before.root)
    assert hands.refused(f"{VERIFY}{smaller}") == ("not-consistent", 4)
    assert hands.tries("audit verify {}/proof --signer {}/fund.pub")[0] == 1, "no seal was given"
    assert hands.tries(f"audit verify {{}}/proof --seal {before}")[0] == 1, "no key was given"


def test_a_witness_cosigns_without_the_ledger(hands, monkeypatch):
    first = marks(hands.world)[-1]
    hands.says("audit consistency {}/note --size 0 --output {}/first")
    before = grow(hands)
    assert before == first
    hands.says(f"audit consistency {{}}/note --size {before.size} --output {{}}/second")
    url = hands.world.url
    monkeypatch.setenv("CITYFUND_DB", "sqlite:////nowhere/at/all.db")

    cosign = "audit cosign {}/%s --key {}/office"
    assert hands.refused(f"{cosign % 'second'} --signer {{}}/fund.pub") == (
        "nothing-signed-yet", 4,
    )  # fmt: skip
    assert hands.refused(cosign % "first") == ("note-without-ledger-signature", 4)
    hands.says(f"{cosign % 'first'} --signer {{}}/fund.pub")
    said = json.loads(hands.says(f"{cosign % 'second'} --json"))
    assert (said["before"], said["compared_with_ledger"]) == (str(first), False)

    monkeypatch.setenv("CITYFUND_DB", url)
    check = "check seals --note {}/second --signer {}/fund.pub --signer {}/office.pub"
    assert "cosigned by office.example" in hands.says(check)


def test_a_witness_without_the_ledger_refuses_another_history(hands):
    hands.says("audit cosign {}/note --key {}/office --signer {}/fund.pub")
    before = grow(hands)
    hands.says(f"audit consistency {{}}/note --size {before.size} --output {{}}/proof")
    signed = (hands.folder / "office.signed").read_text()
    root = before.root.hex()
    (hands.folder / "office.signed").write_text(signed.replace(root, root[::-1]))
    proof = (hands.folder / "proof").read_bytes()

    assert hands.refused("audit cosign {}/proof --key {}/office") == ("not-consistent", 4)
    assert (hands.folder / "proof").read_bytes() == proof


def test_nothing_is_proven_of_a_note_that_the_ledger_does_not_have(hands):
    note = hands.folder / "note"
    before = grow(hands)
    assert hands.refused("audit consistency {}/note --size 99999999") == ("size-not-covered", 3)
    assert hands.refused("audit consistency {}/note --size two") == ("bad-count", 3)
    lines = note.read_text().splitlines(keepends=True)
    lines[1] = f"{before.size}\n"
    note.write_text("".join(lines))
    assert hands.refused("audit consistency {}/note --size 2") == ("inconsistent-history", 4)


def test_a_damaged_proof_is_refused(hands):
    before = grow(hands)
    hands.says(f"audit consistency {{}}/note --size {before.size} --output {{}}/proof")
    whole = (hands.folder / "proof").read_bytes()
    parsed = parse_consistency(whole)
    assert str(parsed).encode() == whole

    (hands.folder / "proof").write_bytes(whole.replace(b"\n\n", b"\n", 1))
    assert hands.refused(f"{VERIFY}{before}") == ("malformed-consistency", 3)
    draws = random.Random(9162)
    for _ in range(300):
        place, bit = draws.randrange(len(whole)), 1 << draws.randrange(8)
        spoiled = bytearray(whole)
        spoiled[place] ^= bit
        try:
            proof = parse_consistency(bytes(spoiled))
        except MalformedConsistency:
            continue
        same = (proof.old, proof.path, proof.note.text) == (
            parsed.old,
            parsed.path,
            parsed.note.text,
        )
        proven = proof.old == before.size and proves_consistency(
            before, proof.note.tree_head, proof.path
        )
        origin_or_signature = proof.note != parsed.note and proof.path == parsed.path
        assert same or not proven or origin_or_signature, spoiled
