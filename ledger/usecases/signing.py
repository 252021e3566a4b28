"""Sign the newest seal, cosign a note as a witness, and verify a note that is kept outside.

A key never signs two histories of one ledger: before it signs, the ledger has to contain what the
same key signed last, unchanged.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.evidence.consistency import Consistency, verify_consistency
from ledger.evidence.merkle import Frontier, consistency_spans, roots_and_tree
from ledger.evidence.notes import (
    LEDGER_KEY,
    KnownSignature,
    Note,
    PublicKey,
    checkpoint,
    verify_note,
)
from ledger.evidence.tree_head import TreeHead
from ledger.interchange.signing_keys import (
    LastSigned,
    SigningKey,
    last_signed,
    remember_signed,
    verifies,
)
from ledger.store.evidence.seals import last_seal, stream_hashes
from ledger.store.session.ledger import Ledger
from ledger.usecases.check import run_checks


class NothingToSign(RefusedByRule, code="nothing-to-sign"):
    """No seal was made yet."""

    default_why = "A signature is over the newest seal."
    default_next = (
        "Record something first. On a shared ledger a seal takes in what is older than a minute."
    )


class InconsistentHistory(RefusedByRule, code="inconsistent-history"):
    """The ledger does not contain, unchanged, what the key signed last."""

    default_why = "A key that signed it would confirm two histories of one ledger."
    default_next = "Find out what was changed: cityfund check --seal SIZE:ROOT"


class NotOfItsLedger(RefusedByRule, code="note-without-ledger-signature"):
    """The note is not signed by the ledger that it names, as far as the given keys show."""

    default_why = "A witness confirms what a ledger signed, and nothing else."
    default_next = "Name the public key of the ledger: --signer KEY"


class NothingSignedYet(RefusedByRule, code="nothing-signed-yet"):
    """A witness that signed nothing of the ledger yet was given a proof from an older seal."""

    default_why = "A proof shows that a seal continues the one that your key signed last."
    default_next = "Ask for a proof from nothing: cityfund audit consistency NOTE --size 0"


class SizeNotCovered(InvalidInput, code="size-not-covered"):
    """A consistency proof was asked for from more leaves than the note covers."""

    default_why = "A proof leads from an older seal to the one of the note."
    default_next = "Give the size of an older seal: cityfund audit seals"


class SignedNote(NamedTuple):
    """A signed note, and the last tree head that the same key signed before; None at the first."""

    note: Note
    before: TreeHead | None


def sign_newest_seal(ledger: Ledger, key: SigningKey) -> SignedNote:
    """Sign the newest seal. Raises `NothingToSign` and `InconsistentHistory`."""
    origin = key.public.name
    last = last_signed(key).get(origin)
    with ledger.read() as connection:
        seal = last_seal(connection)
        if seal is None:
            raise NothingToSign("There is no seal to sign.")
        head = seal.tree_head
        heads = [head] if last is None else [last.tree_head, head]
        tree = Frontier()
        roots = {}
        for leaf in stream_hashes(connection, max(one.size for one in heads)):
            tree.add(leaf)
            if any(tree.size == one.size for one in heads):
                roots[tree.size] = tree.root()
    for one in heads:
        _require_continued(head, one, contained=roots.get(one.size) == one.root)
    note = checkpoint(origin, head)
    signed = note.with_signature(key.sign(note))
    remember_signed(key, origin, LastSigned(head, key.public))
    return SignedNote(signed, None if last is None else last.tree_head)


def _require_continued(head: TreeHead, last: TreeHead, *, contained: bool) -> None:
    if not contained or last.size > head.size:
        raise InconsistentHistory(
            "The key signed another history of this ledger.",
            why=f"It signed {last}, which {head} does not continue.",
        )


def cosign(
    ledger: Ledger, note: Note, key: SigningKey, known: Sequence[PublicKey] = ()
) -> SignedNote:
    """Add a witness's signature to a note, after the ledger was compared with it.

    The first note of a ledger needs the ledger's key among the `known`; it is remembered. The
    ledger is recomputed, and compared with the note and with what the witness signed last.
    Raises `NotOfItsLedger`, `InvalidSignature`, `NoKnownSignature` and `InconsistentHistory`.
    """
    last = last_signed(key).get(note.origin)
    signer = ledger_key_of(note, known if last is None else [last.signer])
    head = note.tree_head
    heads = [head] if last is None else [last.tree_head, head]
    failed = [result for result in run_checks(ledger, ["seals"], heads) if not result.ok]
    if failed:
        raise InconsistentHistory(
            "The ledger is not what the note says, or not what you signed last.",
            why=f"{failed[0].failures[0]}.",
        )
    _require_continued(head, heads[0], contained=True)
    return _cosigned(note, key, signer, last)


def consistency_of(ledger: Ledger, note: Note, old: int) -> Consistency:
    """Prove that the tree head of a note continues the tree of the first leaves; 0 proves nothing.

    Raises `SizeNotCovered` and `InconsistentHistory`.
    """
    head = note.tree_head
    if old > head.size:
        raise SizeNotCovered(f"The note covers {head.size} leaves, not {old}.")
    spans = consistency_spans(old, head.size) if old else []
    with ledger.read() as connection:
        path, tree = roots_and_tree(spans, stream_hashes(connection, head.size))
    _require_continued(head, head, contained=(tree.size, tree.root()) == tuple(head))
    return Consistency(old, tuple(path), note)


def cosign_without_ledger(
    proof: Consistency, key: SigningKey, known: Sequence[PublicKey] = ()
) -> SignedNote:
    """Add a witness's signature to the note of a consistency proof, without the ledger.

    What the witness signed last has to be continued by the note; the first note of a ledger needs
    the ledger's key among the `known`, and a proof from nothing. Raises `NothingSignedYet`,
    `NotConsistent`, `NotOfItsLedger`, `InvalidSignature` and `NoKnownSignature`.
    """
    note = proof.note
    last = last_signed(key).get(note.origin)
    signer = ledger_key_of(note, known if last is None else [last.signer])
    if last is not None:
        verify_consistency(proof, last.tree_head)
    elif proof.old:
        raise NothingSignedYet(f"Your key has signed nothing of {note.origin} yet.")
    return _cosigned(note, key, signer, last)


def _cosigned(
    note: Note, key: SigningKey, signer: PublicKey, last: LastSigned | None
) -> SignedNote:
    moment = int(time.time())
    remember_signed(key, note.origin, LastSigned(note.tree_head, signer))
    signed = note.with_signature(key.sign(note, moment))
    return SignedNote(signed, None if last is None else last.tree_head)


def ledger_key_of(note: Note, known: Sequence[PublicKey]) -> PublicKey:
    """Return the key by which the ledger signed its note. Raises `NotOfItsLedger`."""
    own = [key for key in known if key.kind == LEDGER_KEY and key.name == note.origin]
    if not own:
        raise NotOfItsLedger(f"No known key is of the ledger {note.origin!r}.")
    return verify_note(note, own, verifies)[0].key


class VerifiedNote(NamedTuple):
    """A tree head of a note, with the signatures of known keys."""

    origin: str
    tree_head: TreeHead
    signatures: tuple[KnownSignature, ...]

    @property
    def sentence(self) -> str:
        """Return it in words."""
        signed = ", ".join(one.sentence for one in self.signatures)
        return f"Seal {self.tree_head} of {self.origin}: {signed}."


def verified(note: Note, known: Sequence[PublicKey]) -> VerifiedNote:
    """Verify a note that is kept outside. Raises `InvalidSignature` and `NoKnownSignature`."""
    head = note.tree_head
    return VerifiedNote(note.origin, head, verify_note(note, known, verifies))
