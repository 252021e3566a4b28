"""Options about signatures: the files of keys and notes that several commands read the same way."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.files import require_place_for
from cli.framework.usage_errors import BadUsage

if TYPE_CHECKING:
    from ledger.interchange.signing_keys import SigningKey
    from ledger.usecases.signing import VerifiedNote

Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--signer", metavar="KEY", help="A public key that you know, or a file of them; repeatable."
    ),
]


def sealing_key(sign: str | None, note: str | None, *, dry_run: bool) -> SigningKey | None:
    """Read the key that signs a seal, before anything is sealed. Raises BadUsage."""
    if sign is None:
        if note is not None:
            raise BadUsage(
                "--note needs --sign.",
                why="A note is a seal that a key has signed.",
                next_step="Name the file of the key: --sign FILE",
            )
        return None
    if dry_run:
        raise BadUsage(
            "--sign and --dry-run exclude each other.",
            why="A signature cannot be taken back.",
            next_step="Leave out one of the two.",
        )
    if note is not None:
        require_place_for(Path(note))
    return _ledger_key(sign)


def nightly_key(sign: str | None, seal_to: str | None) -> SigningKey | None:
    """Read the key that signs new seals, which are then handed out. Raises BadUsage."""
    if sign is None:
        return None
    if seal_to is None:
        raise BadUsage(
            "--sign needs --seal-to.",
            why="A signed note is kept outside the ledger; the night hands it to your command.",
            next_step="Name the command: --seal-to COMMAND",
        )
    return _ledger_key(sign)


def _ledger_key(file: str) -> SigningKey:
    from ledger.interchange.signing_keys import read_key  # noqa: PLC0415 - for a signature alone

    return read_key(Path(file), of_witness=False)


def command_words(typed: str | None) -> tuple[str, ...]:
    """Return the words of a command, which no shell reads. Raises BadUsage."""
    if typed is None:
        return ()
    try:
        words = tuple(shlex.split(typed))
    except ValueError:
        words = ()
    if not words:
        raise BadUsage(
            f"{typed!r} is not a command.",
            why="It is a program and its arguments; no shell reads it.",
            next_step="Write it like --seal-to 'keep-seal --log fund'.",
        )
    return words


def verified_notes(files: Sequence[str], signers: Sequence[str]) -> list[VerifiedNote]:
    """Verify signed notes by the public keys that are known. Raises BadUsage."""
    if not files and not signers:
        return []
    if not files or not signers:
        missing, given = ("--signer", "--note") if files else ("--note", "--signer")
        raise BadUsage(
            f"{given} needs {missing}.",
            why="A note proves nothing unless a key that you know has signed it.",
            next_step="Give both: --note FILE --signer KEY",
        )
    from ledger.interchange.signing_keys import read_note, read_public_keys  # noqa: PLC0415
    from ledger.usecases.signing import verified  # noqa: PLC0415 - for a note alone

    known = read_public_keys(signers)
    return [verified(read_note(Path(one)), known) for one in files]


def refuse_signer_of_proof(signer: Sequence[str] | None) -> None:
    """Refuse public keys for a proof, which has no signatures. Raises BadUsage."""
    if signer:
        raise BadUsage(
            "--signer is for packets.",
            why="A proof has no signatures.",
            next_step="Give the seal that you keep: --seal SIZE:ROOT",
        )


def require_signer(signer: Sequence[str]) -> None:
    """Refuse a packet without a public key to verify it by. Raises BadUsage."""
    if not signer:
        raise BadUsage(
            "--signer is missing.",
            why="A packet states nothing unless a key that you know has signed it.",
            next_step="Name the public key of the fund: --signer KEY",
        )
