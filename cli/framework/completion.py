"""Completing words while a person types: codes and names, of the ledger and of the references.

Imports no database toolkit. On any error nothing is completed: a shell cannot show it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import typer

from cli.framework.settings import config_path, resolve

Words = list[tuple[str, str]]
Completer = Callable[[typer.Context, str], Words]


class _Chosen(str):
    """A code that was found by the name that was typed.

    Typer passes over what does not begin as typed, by asking the word itself.
    """

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        """Answer for the name."""
        return True


def offered(words: Iterable[tuple[str, str]], typed: str) -> Words:
    """Choose the words that begin as typed, in any case; where none does, go by their names.

    What has a capital and small letters is a name first: Ni is Niger, and NI Nicaragua. A name that
    is the only one of its beginning gives its word. Of several, the names are completed: they begin
    as typed, so that a shell can complete what they have in common.
    """
    words, begun = list(words), typed.casefold()
    found = [(as_typed(word, typed), about) for word, about in words if _begins(word, begun)]
    if not begun or (found and not (typed.istitle() and len(typed) > 1)):
        return found
    named = [(word, name) for word, name in words if _begins(name, begun)]
    if not named:
        return found
    if len(named) == 1:
        return [(_Chosen(named[0][0]), named[0][1])]
    return [(typed + name[len(typed) :], word) for word, name in named]


def _begins(text: str, begun: str) -> bool:
    return text.casefold().startswith(begun)


def as_typed(word: str, typed: str) -> str:
    """Give a code in the case of the typing: the shell drops what does not begin as typed."""
    if word.startswith(typed):
        return word
    return word.lower() if typed == typed.lower() else typed + word[len(typed) :]


def complete_codes(kind: str, *, withdrawn: bool = False) -> Completer:
    """Make a completer of the codes of a kind, or of its records in use by their names.

    For `autocompletion=` of a Typer argument or option. Kinds are the registers and `proposal`.
    `withdrawn` codes are completed where they are what a command takes.
    """
    return _completer((kind,), withdrawn=withdrawn)


def complete_any(*kinds: str) -> Completer:
    """Make a completer of the codes of several kinds, one kind after the other."""
    return _completer(kinds)


def _completer(kinds: tuple[str, ...], *, withdrawn: bool = False) -> Completer:
    def complete(ctx: typer.Context, incomplete: str) -> Words:
        from ledger.store import completion  # noqa: PLC0415 - only while completing

        url = _ledger(ctx)
        if url is None:
            return []
        codes = completion.complete_codes_of(url, kinds, incomplete, withdrawn=withdrawn)
        found = dict(zip(kinds, codes, strict=True))
        others = [kind for kind in kinds if not found[kind]]
        names: dict[str, Words] = {}
        if incomplete and not withdrawn:
            of_names = completion.complete_names_of(url, others, incomplete)
            names = dict(zip(others, of_names, strict=True))
        return [
            word
            for kind in kinds
            for word in (
                [(as_typed(code, incomplete), about) for code, about in found[kind]]
                or offered(names.get(kind, ()), incomplete)
            )
        ]

    _KINDS[complete] = kinds
    return complete


_KINDS: Final[dict[Completer, tuple[str, ...]]] = {}
"""Of which registers each completer completes codes."""


_CLOSED: Final[set[Callable[..., Words]]] = set()
"""The completers of lists that are the same in every ledger: no other word can stand there."""


def kinds_completed(param: Any) -> tuple[str, ...]:
    """Name the registers whose codes a parameter of a command takes: none for other texts."""
    completers = _completers_within(getattr(param, "_custom_shell_complete", None), _WRAPPED)
    return next((_KINDS[one] for one in completers if one in _KINDS), ())


def is_closed_list(param: Any) -> bool:
    """Return whether a parameter takes only words of a list that is the same in every ledger."""
    completers = _completers_within(getattr(param, "_custom_shell_complete", None), _WRAPPED)
    return any(one in _CLOSED for one in completers)


_WRAPPED: Final = 3
"""How many functions Typer puts around a completer at most."""


def _completers_within(function: Any, depth: int) -> Iterator[Any]:
    if not callable(function) or depth < 0:
        return
    yield function
    for cell in getattr(function, "__closure__", None) or ():
        yield from _completers_within(cell.cell_contents, depth - 1)


def complete_stored(what: str) -> Completer:
    """Make a completer of `topics`, `entries`, `findings` or `approvals` of the ledger."""

    def complete(ctx: typer.Context, incomplete: str) -> Words:
        from ledger.store import completion  # noqa: PLC0415 - only while completing

        url = _ledger(ctx)
        if url is None:
            return []
        if what == "topics":
            return offered(completion.complete_topics(url), incomplete)
        read = {
            "entries": completion.complete_entries,
            "findings": completion.complete_findings,
            "approvals": completion.complete_approvals,
            "approval rules": completion.complete_approval_rules,
            "standing approvals": completion.complete_standing_approvals,
        }
        return offered(read[what](url, incomplete), incomplete)

    return complete


def complete_words(words: Callable[[], Iterable[tuple[str, str]]]) -> Callable[[str], Words]:
    """Make a completer of words that are the same in every ledger, by their names as well."""

    def complete(incomplete: str) -> Words:
        return offered(words(), incomplete)

    _CLOSED.add(complete)
    return complete


def complete_columns(ctx: typer.Context, incomplete: str) -> Words:
    """Complete the columns of a list, for filters, orders and choices, one after each comma."""
    from ledger.core.factors import STAGES_OF  # noqa: PLC0415 - only while completing
    from ledger.registers.table import REGISTERS  # noqa: PLC0415

    before, comma, last = incomplete.rpartition(",")
    turned = "-" if last.startswith("-") else ""
    words: list[tuple[str, str]] = []
    noun = "" if ctx.parent is None else ctx.parent.info_name or ""
    spec = REGISTERS.get(noun)
    if spec is not None:
        words = [(one.name, one.help) for one in spec.in_tables]
        if spec.has_quantity:
            words += [(stage.value, "") for stage in next(iter(STAGES_OF.values()))]
    elif noun == "gaps":
        from ledger.gaps.rows import COLUMNS  # noqa: PLC0415 - only while completing

        words = [(name, "") for name in COLUMNS]
    found = offered(words, last.removeprefix("-"))
    return [(f"{before}{comma}{turned}{word}", about) for word, about in found]


def complete_profiles(incomplete: str) -> Words:
    """Complete the profiles of the config file, each with its ledger."""
    from cli.framework.config_file import read_config  # noqa: PLC0415 - only while completing
    from cli.framework.ledger_names import shown_url  # noqa: PLC0415
    from ledger.core.errors import LedgerError  # noqa: PLC0415

    try:
        profiles = read_config(config_path()).profiles
    except (LedgerError, OSError):
        return []
    about = {name: one.get("db") for name, one in profiles.items()}
    return offered(
        [(name, shown_url(url) if url else "") for name, url in about.items()], incomplete
    )


def complete_settings(incomplete: str) -> Words:
    """Complete the keys of the configuration: of profiles too, once `profile.` is typed."""
    from cli.framework.settings import variable_of  # noqa: PLC0415
    from cli.framework.usage_errors import CONFIG_KEYS  # noqa: PLC0415 - as above

    keys = [(key, variable_of(key) or "") for key in CONFIG_KEYS]
    before, dot, _ = incomplete.rpartition(".")
    if before.startswith("profile."):
        return [
            (f"{before}{dot}{key}", "")
            for key, _ in keys
            if f"{before}.{key}".startswith(incomplete)
        ]
    if dot:
        names = complete_profiles(incomplete.removeprefix("profile."))
        return [(f"profile.{name}.", about) for name, about in names]
    return offered([*keys, ("profile.", "a setting of a profile")], incomplete)


def complete_currencies(incomplete: str) -> Words:
    """Complete the code of a currency; every ledger has those of ISO 4217."""
    from ledger.reference.units import iso4217_units  # noqa: PLC0415 - only while completing

    return offered(
        [(code, unit.name) for code, unit in sorted(iso4217_units().items())], incomplete
    )


_CLOSED.add(complete_currencies)


def answer_shells() -> None:
    """Write what a shell asked for as the shells read it fastest, whatever the words have in them.

    Typer renders each description by Rich, and hands zsh a text that it takes seconds to parse.
    """
    from typer import _completion_classes as shells  # noqa: PLC0415 - only while completing

    shells._sanitize_help_text = str  # type: ignore[assignment]  # noqa: SLF001
    shells.BashComplete.format_completion = _for_bash  # type: ignore[method-assign,assignment]
    shells.ZshComplete.complete = _for_zsh  # type: ignore[method-assign,assignment]


_BREAKS_A_WORD: Final = r"([^\w@%+=:,./-])"


def _for_bash(_shell: Any, item: Any) -> str:
    """Escape what bash would take for several words; codes, of which there are many, have none."""
    word: str = item.value
    if re.search(_BREAKS_A_WORD, word) is None:
        return word
    return re.sub(_BREAKS_A_WORD, r"\\\1", word)


def _for_zsh(shell: Any) -> str:
    """Write the words and what to show of them as two lists; a word may replace what was typed."""
    args, incomplete = shell.get_completion_args()
    items = shell.get_completions(args, incomplete)
    if not items:
        return "_files"
    values = " ".join(shlex.quote(one.value) for one in items)
    shown = " ".join(
        shlex.quote(f"{one.value} -- {' '.join(one.help.split())}" if one.help else one.value)
        for one in items
    )
    replaces = " -U" if any(not str(one.value).startswith(incomplete) for one in items) else ""
    lists = f"local -a words_ shown_; words_=({values}); shown_=({shown})"
    return f"{lists}; compadd{replaces} -l -d shown_ -a words_"


def _ledger(ctx: typer.Context) -> str | None:
    """Give the URL of the ledger that a command line is about."""
    from ledger.core.errors import LedgerError  # noqa: PLC0415 - only while completing

    flags = getattr(ctx, "flags", dict)
    try:
        return resolve(flags()).db_url
    except (LedgerError, OSError):
        return None
