"""The form of signed notes, held against published notes and a second implementation of Ed25519.

The note and the key named PeterNeumann are the example of `golang.org/x/mod/sumdb/note`, whose form
the C2SP specification `signed-note` describes; the checkpoint is that of `tlog-cosignature`.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from ledger.evidence.notes import (
    InvalidSignature,
    MalformedNote,
    MalformedPublicKey,
    NoKnownSignature,
    PublicKey,
    checkpoint,
    message_of,
    parse_note,
    parse_public_key,
    verify_note,
)
from ledger.evidence.tree_head import TreeHead
from ledger.interchange.signing_keys import make_key, read_key, verifies

PUBLISHED = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    f"{TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvq"
    "fqdngotpRZb6KE6RyyBwJnAM=\n"
)
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501 - as published
HEAD = TreeHead(7, bytes(range(32)))

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def plain_x(y: int, sign: int) -> int:
    """Find the other coordinate of a point of the curve, as in RFC 8032, section 5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    return P - x if x & 1 != sign else x


def plain_sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P)
    return x % P, y % P


def plain_product(number: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while number:
        if number & 1:
            total = plain_sum(total, point)
        point, number = plain_sum(point, point), number >> 1
    return total


def plain_point(text: bytes) -> tuple[int, int]:
    whole = int.from_bytes(text, "little")
    y, sign = whole & (2**255 - 1), whole >> 255
    return plain_x(y, sign), y


def plainly_verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Verify as RFC 8032, section 5.1.7, says it, slowly and without any library."""
    base = plain_x(BASE_Y, 0), BASE_Y
    s = int.from_bytes(signature[32:], "little")
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(hashed, "little") % ORDER
    right = plain_sum(plain_point(signature[:32]), plain_product(k, plain_point(key)))
    return s < ORDER and plain_product(s, base) == right


def test_a_published_note_is_read_and_verified():
    key, note = parse_public_key(PUBLISHED), parse_note(SIGNED.encode())
    assert str(key) == PUBLISHED
    assert (note.text, str(note)) == (TEXT, SIGNED)
    (found,) = verify_note(note, [key], verifies)
    assert found.sentence == "signed by PeterNeumann"
    assert verify_note(note, [key], plainly_verifies) == (found,)


def test_a_published_key_makes_the_published_signature(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    key = read_key(file, of_witness=False)
    assert str(key.public) == PUBLISHED
    note = parse_note(SIGNED.encode())
    assert key.sign(note) == note.signatures[0]


def test_a_published_checkpoint_has_its_tree_head_and_its_signatures():
    note = parse_note(COSIGNED.encode())
    assert str(note) == COSIGNED
    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert (note.origin, note.tree_head) == ("example.com/behind-the-sofa", (20852163, root))
    assert [line.name for line in note.signatures] == [note.origin, "witness.example.com/w1"]
    assert note.signatures[1].time == 1679315147
    said = message_of(note, 4, 1679315147).decode()
    assert said == f"cosignature/v1\ntime 1679315147\n{note.text}"
    with pytest.raises(NoKnownSignature, match="No known key"):
        verify_note(note, [parse_public_key(PUBLISHED)], verifies)


@pytest.mark.parametrize("of_witness", [False, True])
def test_our_signatures_verify_without_our_code(tmp_path, of_witness):
    key = make_key(tmp_path / "key", "fund.example/ledger", of_witness=of_witness)
    signed = checkpoint("fund.example/ledger", HEAD)
    line = key.sign(signed, 1_790_000_000)
    kind, time = (b"\x04", line.content[:8]) if of_witness else (b"\x01", b"")
    due = hashlib.sha256(b"fund.example/ledger\n" + kind + key.public.key).digest()[:4]
    assert line.key_id == due
    text = signed.text.encode()
    said = b"cosignature/v1\ntime 1790000000\n" + text if of_witness else text
    assert int.from_bytes(time, "big") == (1_790_000_000 if of_witness else 0)
    assert plainly_verifies(key.public.key, line.content[len(time) :], said)
    assert not plainly_verifies(key.public.key, line.content[len(time) :], said + b"x")
    assert str(signed.with_signature(line)).splitlines()[:3] == [
        "fund.example/ledger", "7", base64.b64encode(HEAD.root).decode(),
    ]  # fmt: skip


def test_every_changed_byte_of_a_signed_note_is_refused(tmp_path):
    key = make_key(tmp_path / "key", "fund.example/ledger", of_witness=False)
    signed = checkpoint("fund.example/ledger", HEAD)
    whole = str(signed.with_signature(key.sign(signed))).encode()
    verify_note(parse_note(whole), [key.public], verifies)
    for place in range(len(whole)):
        changed = bytes([*whole[:place], whole[place] ^ 1, *whole[place + 1 :]])
        with pytest.raises((MalformedNote, NoKnownSignature, InvalidSignature)):
            verify_note(parse_note(changed), [key.public], verifies)


def test_a_signature_of_the_other_kind_of_key_is_none(tmp_path):
    """One seed in both uses makes two keys with two ids, so that neither passes for the other."""
    key = make_key(tmp_path / "key", "fund.example/ledger", of_witness=False)
    signed = checkpoint("fund.example/ledger", HEAD)
    note = signed.with_signature(key.sign(signed))
    as_witness = PublicKey(key.public.name, 4, key.public.key)
    with pytest.raises(NoKnownSignature):
        verify_note(note, [as_witness], verifies)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "PeterNeumann",
        PUBLISHED[:-4],
        PUBLISHED[1:],
        PUBLISHED.replace("c74f20a3", "c74f20a4"),
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_what_is_no_public_key_is_refused(typed):
    with pytest.raises(MalformedPublicKey):
        parse_public_key(typed)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        TEXT.encode(),
        SIGNED.encode()[:-1],
        SIGNED.replace("—", "-").encode(),
        SIGNED.replace("x08go", "x08g!").encode(),
        SIGNED.replace("answer", "answer\t").encode(),
        (SIGNED + SIGNED.splitlines()[-1] * 101).encode(),
    ],
)
def test_what_is_no_signed_note_is_refused(content):
    with pytest.raises(MalformedNote):
        parse_note(content)


@pytest.mark.parametrize("line", ["07", "0", "x", "-7", "7 "])
def test_a_note_whose_size_is_no_number_has_no_tree_head(line):
    signed = checkpoint("fund.example/ledger", HEAD)
    with pytest.raises(MalformedNote):
        _ = signed._replace(text=signed.text.replace("\n7\n", f"\n{line}\n")).tree_head
    with pytest.raises(MalformedNote):
        _ = parse_note(SIGNED.encode()).tree_head


def test_a_new_key_is_in_a_file_that_only_its_owner_can_read(tmp_path: Path):
    made = make_key(tmp_path / "key", "fund.example/ledger", of_witness=True)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "key", of_witness=True) == made
