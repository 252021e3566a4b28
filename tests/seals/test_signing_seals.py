"""Seals that are signed, cosigned by witnesses, and compared with the ledger as notes."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from commands_in_a_folder import CommandsInAFolder
from complete_ledger import attack
from sealed_world import marks
from world import World


class Signing(CommandsInAFolder):
    """The commands of a fund and its witness, in a folder of keys and notes."""

    def key(self, name: str, *, witness: bool = False) -> None:
        use = " --witness" if witness else ""
        public = self.says(f"audit keygen {{}}/{name} --name {name}.example/key{use}")
        assert (self.folder / f"{name}.pub").read_text() == public


@pytest.fixture
def hands(sealed: World, tmp_path: Path, capsys, monkeypatch) -> Signing:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("CITYFUND_DB", sealed.url)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Signing(sealed, tmp_path, capsys)
    made.key("fund")
    made.key("office", witness=True)
    made.says("audit seal --sign {}/fund --note {}/note")
    return made


CHECK = "check seals --note {}/note --signer {}/fund.pub --signer {}/office.pub"
COSIGN = "audit cosign {}/note --key {}/office --signer {}/fund.pub"


def test_a_signed_seal_is_compared_with_the_ledger(hands):
    newest = marks(hands.world)[-1]
    said = hands.says(CHECK)
    assert f"Seal {newest} of fund.example/key: signed by fund.example/key." in said
    assert f"the first {newest.size} of {newest.size} sealed leaves" in said
    (note,) = json.loads(hands.says(f"{CHECK} --json"))["signed_notes"]
    assert (note["seal"], note["signatures"][0]["time"]) == (str(newest), None)


def test_a_changed_ledger_fails_against_a_note_outside(hands):
    attack(hands.world.url, "UPDATE entry SET effective_on = '2026-11-01' WHERE id = 3")
    code, out, _ = hands.tries(CHECK)
    assert code == 1
    assert "entry 3 is not what was sealed" in out


def test_a_witness_adds_its_signature(hands):
    newest = marks(hands.world)[-1]
    said = hands.says(COSIGN)
    assert "Cosigned by office.example/key" in said
    assert "the first seal of this ledger that your key signed" in said
    assert f"Seal {newest} of fund.example/key: signed by fund.example/key, cosigned by " in (
        hands.says(CHECK)
    )


def test_a_witness_signs_what_continues_its_last_signature(hands):
    before = marks(hands.world)[-1]
    hands.says(COSIGN)
    hands.world.city("NEW1")
    hands.says("audit seal --sign {}/fund --note {}/note")
    said = hands.says("audit cosign {}/note --key {}/office")
    assert f"It continues what your key signed last: {before}" in said
    assert len((hands.folder / "note").read_text().splitlines()) == 6


def test_a_witness_refuses_another_history(hands):
    hands.says(COSIGN)
    signed = json.loads((hands.folder / "office.signed").read_text())
    (one,) = signed["ledgers"].values()
    size, _, root = one["seal"].partition(":")
    one["seal"] = f"{size}:{root[::-1]}"
    (hands.folder / "office.signed").write_text(json.dumps(signed))
    assert hands.refused("audit cosign {}/note --key {}/office") == ("inconsistent-history", 4)


def test_a_witness_refuses_a_changed_ledger(hands):
    attack(hands.world.url, "UPDATE entry SET effective_on = '2026-11-01' WHERE id = 3")
    note = (hands.folder / "note").read_text()
    assert hands.refused(COSIGN) == ("inconsistent-history", 4)
    assert (hands.folder / "note").read_text() == note
    assert not (hands.folder / "office.signed").exists()


def test_a_witness_does_not_go_back(hands):
    older = (hands.folder / "note").read_text()
    hands.says(COSIGN)
    hands.world.city("NEW1")
    hands.says("audit seal --sign {}/fund --note {}/note")
    hands.says("audit cosign {}/note --key {}/office")
    (hands.folder / "note").write_text(older)
    assert hands.refused("audit cosign {}/note --key {}/office") == ("inconsistent-history", 4)


def test_a_ledger_that_signed_one_history_signs_no_other(hands):
    signed = (hands.folder / "fund.signed").read_text()
    root = str(marks(hands.world)[-1]).partition(":")[2]
    (hands.folder / "fund.signed").write_text(signed.replace(root, root[::-1]))
    assert hands.refused("audit seal --sign {}/fund") == ("inconsistent-history", 4)


def test_a_note_of_another_key_is_refused(hands):
    hands.key("other")
    check = "check --note {}/note --signer {}/other.pub"
    assert hands.refused(check) == ("no-known-signature", 4)
    assert hands.refused("audit cosign {}/note --key {}/office --signer {}/other.pub") == (
        "note-without-ledger-signature", 4,
    )  # fmt: skip


def test_a_note_with_another_root_is_refused(hands):
    note = hands.folder / "note"
    lines = note.read_text().splitlines()
    lines[1] = "1"
    note.write_text("\n".join([*lines, ""]))
    assert hands.refused(CHECK) == ("invalid-signature", 4)
    assert hands.refused(COSIGN) == ("invalid-signature", 4)


def test_files_that_are_not_what_they_should_be(hands):
    (hands.folder / "text").write_text("hello\n")
    (hands.folder / "text").chmod(0o600)
    assert hands.refused("check --note {}/text --signer {}/fund.pub") == ("malformed-note", 3)
    assert hands.refused("check --note {}/none --signer {}/fund.pub") == ("cannot-read-note", 74)
    assert hands.refused("check --note {}/note --signer {}/text") == ("malformed-public-key", 3)
    assert hands.refused("check --note {}/note --signer {}/none") == ("cannot-read-key", 74)
    assert hands.refused("audit seal --sign {}/text") == ("malformed-key-file", 3)
    assert hands.refused("audit seal --sign {}/none") == ("cannot-read-key", 74)
    (hands.folder / "fund").chmod(0o640)
    assert hands.refused("audit seal --sign {}/fund") == ("key-readable-by-others", 4)
    (hands.folder / "office.signed").write_text("{}")
    assert hands.refused(COSIGN) == ("malformed-key-file", 3)


def test_a_key_has_one_use_and_replaces_no_file(hands):
    assert hands.refused("audit seal --sign {}/office") == ("key-of-other-use", 4)
    assert hands.refused("audit cosign {}/note --key {}/fund") == ("key-of-other-use", 4)
    assert hands.refused("audit keygen {}/fund --name x") == ("key-file-exists", 4)
    assert hands.refused("audit keygen {}/new --name 'x y'") == ("malformed-key-name", 3)
    assert hands.refused("audit keygen {}/new --name x+y") == ("malformed-key-name", 3)
    (hands.folder / "new.pub").write_text("of another\n")
    assert hands.refused("audit keygen {}/new --name x") == ("key-file-exists", 4)
    assert not (hands.folder / "new").exists()


def test_options_that_need_each_other(hands):
    for line in (
        "audit seal --note {}/x",
        "audit seal --sign {}/fund --dry-run",
        "check --note {}/note",
        "check --signer {}/fund.pub",
    ):
        assert hands.refused(line) == ("bad-usage", 2)


def test_nothing_is_signed_before_the_first_seal(hands, ledgers, monkeypatch):
    monkeypatch.setattr("ledger.usecases.signing.last_seal", lambda _connection: None)
    assert hands.refused("audit seal --sign {}/fund") == ("nothing-to-sign", 4)


def test_signatures_are_an_optional_part(hands, monkeypatch):
    monkeypatch.setattr("ledger.interchange.signing_keys.find_spec", lambda _name: None)
    assert hands.refused("audit keygen {}/new --name x") == ("signing-not-installed", 2)
    assert hands.refused(CHECK) == ("signing-not-installed", 2)


def test_the_note_is_shown_where_no_file_is_named(hands):
    said = hands.says("audit seal --sign {}/fund")
    assert said.endswith((hands.folder / "note").read_text())
    document = json.loads(hands.says("audit seal --sign {}/fund --json"))
    assert document["note"] == (hands.folder / "note").read_text()


@pytest.mark.parametrize("line", ["audit --help", "audit seal --help", "check seals"])
def test_nothing_loads_the_package_before_a_signature(hands, line):
    code = (
        "import sys\nfrom cli.main import main\nmain(sys.argv[1:])\n"
        "sys.exit('cryptography' in sys.modules)"
    )
    words = [sys.executable, "-c", code, *line.split(), "--db", hands.world.url]
    ended = subprocess.run(words, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
