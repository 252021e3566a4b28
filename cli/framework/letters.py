"""Commands that write a letter or a brief about one record, from a template a fund can replace."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from cli.framework.command import Call
from cli.framework.options import flag_parameter, with_parameters
from cli.framework.register_commands import resolve_code
from cli.framework.register_options import code_argument, parameter
from cli.framework.session import read_ledger
from cli.framework.terminal import note
from ledger.core.files import read_at_most

if TYPE_CHECKING:
    from ledger.letters.templates import Letter

_MOST_BYTES: Final = 1 << 20
_TEMPLATE = typer.Option(
    "--template", metavar="FILE", help="A template of your own, in Markdown or HTML."
)
_LANG = typer.Option("--lang", metavar="CODE", help="The language: en, fa.")
_OUTPUT = typer.Option("--output", metavar="FILE", help="Write to this file.")


def letter_parameters(kind: str) -> list[inspect.Parameter]:
    """Return the parameters of writing a letter about a record of a register."""
    return [
        parameter(kind, code_argument(kind)),
        flag_parameter("html", "--html", words="Write HTML instead of Markdown."),
        parameter("template", _TEMPLATE, required=False),
        parameter("lang", _LANG, required=False),
        parameter("file", _OUTPUT, required=False),
    ]


def letter_command(kind: str, words: str) -> Any:
    """Make the function of a command that writes the letter about a record of a register."""

    @with_parameters(*letter_parameters(kind))
    def write(call: Call, **typed: Any) -> None:
        from ledger.letters.templates import Letter  # noqa: PLC0415 - help does without

        write_letter(call, Letter(kind), typed)

    write.__doc__ = words
    return write


def write_letter(call: Call, letter: Letter, typed: dict[str, Any]) -> None:
    """Write a letter as Markdown or HTML; as JSON its values and its text. Raises `BadTemplate`.

    The values in JSON are in English, for machines, and the text in the language asked for.
    """
    from cli.framework.output import emit_document, emit_lines  # noqa: PLC0415 - help does without
    from ledger.letters.templates import HTML, MARKDOWN, fill, letter_in  # noqa: PLC0415
    from ledger.reports.formats import escaped  # noqa: PLC0415 - help does without
    from ledger.reports.language import language_named  # noqa: PLC0415 - help does without
    from ledger.usecases.letters import letter_values  # noqa: PLC0415 - brings the store

    language = language_named(typed["lang"])
    with read_ledger(call) as reader:
        code = resolve_code(reader, letter, typed[letter])
        values = letter_values(reader, letter, code, language, partial(note, call))
        plain = letter_values(reader, letter, code) if call.format == "json" else values
    template, file = typed["template"], typed["file"]
    named = Path(template or file or "").suffix.casefold()
    style = HTML if typed["html"] or named in {".html", ".htm"} else MARKDOWN
    text = (
        _read(Path(template))
        if template
        else letter_in(letter, style, language.text, language.code, language.direction)
    )
    written = fill(text, values, style, escaped)
    # The ending of the file says how the letter is written, not how answers are.
    options = replace(call.read, output=Path(file) if file else None)
    if call.format == "json":
        schema = f"cityfund.letter-{letter}/1"
        emit_document({"schema": schema, **plain, "letter": written.rstrip("\n")}, options)
    else:
        emit_lines([written.rstrip("\n")], options)


def _read(path: Path) -> str:
    """Read a template of the fund. Raises `CannotReadFile` and `BadTemplate`."""
    from ledger.interchange.reader import CannotReadFile  # noqa: PLC0415 - brings readers of files
    from ledger.letters.templates import BadTemplate  # noqa: PLC0415 - help does without

    try:
        content = read_at_most(path, _MOST_BYTES)
        if len(content) > _MOST_BYTES:
            raise CannotReadFile(f"The template {path} holds more than {_MOST_BYTES // 1024} KiB.")
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadTemplate(
            f"The template {path} is no text in UTF-8.",
            why="A template is plain text: Markdown or HTML.",
            next_step="Save it as UTF-8, or leave --template out to use the one of the program.",
        ) from error
    except OSError as error:
        raise CannotReadFile(f"The template {path} cannot be read: {error}.") from error
