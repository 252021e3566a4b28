"""The manual page, made from the commands themselves: roff for `man`.

Every text is escaped, so that no help text can be read as a request of roff.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import ledger
from cli.framework.app import COMMAND_TABLE, HELP, build_root, load
from cli.framework.examples import examples_of
from cli.framework.options import COMMON_PANEL, READ_PANEL, WRITE_PANEL, is_default
from cli.framework.settings import variable_of
from cli.framework.usage_errors import CONFIG_KEYS, argument_name

Topics = Mapping[str, tuple[str, Sequence[str]]]

_ESCAPES: Final = str.maketrans(
    {
        "\\": r"\(rs",
        "-": r"\-",
        "'": r"\(aq",
        '"': r"\(dq",
        "^": r"\(ha",
        "~": r"\(ti",
        "`": r"\(ga",
    }
)
_SHARED: Final = (COMMON_PANEL, READ_PANEL, WRITE_PANEL)
_ABOUT: Final = (
    "The commands are listed by noun and verb, each with its arguments, its own options and "
    "examples. Options that many commands share are described once."
)
_PANELS: Final = list(dict.fromkeys(entry.panel for entry in COMMAND_TABLE))
_TOPICS_ELSEWHERE: Final = frozenset(("exit-codes",))
VARIABLES: Final = {
    "CITYFUND_PROFILE": "The profile of the configuration, as --profile.",
    "CITYFUND_DEBUG": "Show the traceback of an error, as --debug.",
    "NO_COLOR": "Write without colours and bold letters.",
    "TERM": "Where it is empty or dumb, nothing is coloured or bold.",
    "PAGER": "Shows answers that are longer than the terminal; cat or nothing for none.",
    "XDG_CONFIG_HOME": "The folder of the config file's folder, in the place of ~/.config.",
    "XDG_DATA_HOME": "The folder of the default ledger's folder, in the place of ~/.local/share.",
    "XDG_STATE_HOME": "The folder of visits and backups, in the place of ~/.local/state.",
}
"""The variables of the environment beside those of single settings."""
FILES: Final = {
    "~/.config/cityfund/config.toml": "The configuration, with its profiles.",
    "~/.local/share/cityfund/cityfund.db": "The default ledger.",
    "~/.local/state/cityfund/": "Your visits and backups; nothing of a ledger.",
}


def manual_lines(topics: Topics) -> Iterator[str]:
    """Give the page line by line: commands, options, exit codes, environment, files and topics."""
    yield f'.TH CITYFUND 1 "" "cityfund {escaped(ledger.__version__)}" "cityfund manual"'
    yield from _section("NAME", [f"cityfund - {HELP[0].lower()}{HELP[1:].rstrip('.')}"])
    yield ".SH SYNOPSIS"
    yield r"\fBcityfund\fR [\fIOPTIONS\fR] \fINOUN\fR [\fIVERB\fR] [\fIARGUMENTS\fR]"
    yield from _section("DESCRIPTION", [HELP, _ABOUT])
    commands = [*_commands()]
    yield from _shared_options([one.made for one in commands])
    panel = ""
    for command in commands:
        if command.panel != panel:
            panel = command.panel
            yield f'.SH "COMMANDS: {escaped(panel.upper())}"'
        yield from _command(command)
    yield from _exit_codes(topics["exit-codes"][1])
    yield from _terms("ENVIRONMENT", _variables())
    yield from _terms("FILES", FILES)
    for topic, (line, text) in topics.items():
        if topic not in _TOPICS_ELSEWHERE:
            yield f'.SH "{escaped(topic.upper())}"'
            yield from _text(line)
            yield from _verbatim(text)


def escaped(text: str) -> str:
    """Return a text as roff shows it; a line that begins with a point is no request."""
    plain = "".join(one if one.isprintable() else " " for one in text).translate(_ESCAPES)
    shown = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in plain)
    return f"\\&{shown}" if shown.startswith(".") else shown


class _Command(NamedTuple):
    """A command, its noun and verb, how it is typed, and its heading in the help.

    A noun that stands for a verb is typed alone.
    """

    made: Any
    name: str
    typed: str
    panel: str


def _commands() -> Iterator[_Command]:
    """Give each command, in the order of the help."""
    for entry in sorted(COMMAND_TABLE, key=lambda one: _PANELS.index(one.panel)):
        yield from _commands_of(load(entry), entry.name, entry.panel)


def _commands_of(made: Any, typed: str, panel: str) -> Iterator[_Command]:
    """Give a command, or those of a group and of the groups in it."""
    verbs = getattr(made, "commands", None)
    if verbs is None:
        yield _Command(made, typed, typed, panel)
        return
    for verb, command in verbs.items():
        name = f"{typed} {verb}"
        if command.hidden:
            continue
        if is_default(made, verb):
            yield _Command(command, name, typed, panel)
        else:
            yield from _commands_of(command, name, panel)


def _command(command: _Command) -> Iterator[str]:
    visible, words = _visible(command.made), command.typed
    own = [one for one in visible if _panel(one) not in _SHARED]
    usage = " ".join(_argument(one) for one in own if _is_argument(one))
    yield f'.SS "cityfund {escaped(words)}"'
    yield f"\\fBcityfund {escaped(words)}\\fR [\\fIOPTIONS\\fR] {usage}".rstrip()
    for paragraph in (command.made.help or "").split("\n\n"):
        yield ".PP"
        yield from _text(" ".join(paragraph.split()))
    for one in own:
        yield from _parameter(one)
    shared = [one.opts[0] for one in visible if _panel(one) in (READ_PANEL, WRITE_PANEL)]
    if shared:
        yield ".PP"
        yield from _text(f"Also: {', '.join(shared)}.")
    examples = examples_of(command.name)
    if examples:
        yield ".PP"
        yield "Examples:"
        yield from _verbatim(examples)


def _shared_options(commands: Sequence[Any]) -> Iterator[str]:
    """Describe the options that many commands have, once, with all of their values."""
    of_root = build_root().params
    every = [*of_root, *(one for command in commands for one in _visible(command))]
    for panel in _SHARED:
        chosen: dict[str, Any] = {}
        for one in every:
            longest = chosen.get(one.opts[0])
            if _panel(one) == panel and (
                longest is None or len(one.metavar or "") > len(longest.metavar or "")
            ):
                chosen[one.opts[0]] = one
        yield f'.SH "{escaped(panel.upper())}"'
        for one in chosen.values():
            yield from _parameter(one)
    yield '.SH "OPTIONS OF THE PROGRAM"'
    for one in of_root:
        if _panel(one) not in _SHARED and not getattr(one, "hidden", False):
            yield from _parameter(one)


def _visible(command: Any) -> list[Any]:
    return [one for one in command.params if not getattr(one, "hidden", False)]


def _panel(param: Any) -> str | None:
    return getattr(param, "rich_help_panel", None)


def _is_argument(param: Any) -> bool:
    return bool(param.param_type_name == "argument")


def _argument(param: Any) -> str:
    name = f"\\fI{escaped(argument_name(param))}\\fR"
    shown = f"{name}..." if param.nargs == -1 else name
    return shown if param.required else f"[{shown}]"


def _parameter(param: Any) -> Iterator[str]:
    yield ".TP"
    if _is_argument(param):
        yield f"\\fI{escaped(argument_name(param))}\\fR"
    else:
        names = ", ".join(f"\\fB{escaped(one)}\\fR" for one in (*param.opts, *param.secondary_opts))
        value = "" if param.is_flag else str(param.metavar or param.name.upper().replace("_", "-"))
        yield f"{names} \\fI{escaped(value)}\\fR" if value else names
    yield from _text(param.help or "")


def _exit_codes(lines: Iterable[str]) -> Iterator[str]:
    codes = (line.split(maxsplit=1) for line in lines if line[:1].isdigit())
    yield from _terms("EXIT STATUS", dict(codes))


def _variables() -> dict[str, str]:
    of_settings = {
        variable: f"The setting {key}; see cityfund config list."
        for key in CONFIG_KEYS
        if (variable := variable_of(key)) is not None
    }
    return {**of_settings, **VARIABLES}


def _terms(title: str, terms: Mapping[str, str]) -> Iterator[str]:
    yield f'.SH "{title}"'
    for term, words in terms.items():
        yield ".TP"
        yield f"\\fB{escaped(term)}\\fR"
        yield from _text(words)


def _section(title: str, paragraphs: Iterable[str]) -> Iterator[str]:
    yield f".SH {title}"
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield from _text(paragraph)


def _text(text: str) -> Iterator[str]:
    """Give a text to be filled, without an empty line, which would end the paragraph."""
    lines = filter(None, map(str.strip, text.splitlines()))
    yield from map(escaped, lines)


def _verbatim(lines: Iterable[str]) -> Iterator[str]:
    yield ".PP"
    yield ".nf"
    yield from (escaped(line) or r"\&" for line in lines)
    yield ".fi"
