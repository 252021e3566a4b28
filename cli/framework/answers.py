"""What a person answers when asked for a parameter: completed, checked, and put into its form.

Codes are found by a unique name as well, days become ISO 8601, a word of a closed list its code.
A wrong answer is a `WrongAnswer` with the nearest that would be right.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any, Final

from cli.framework.command import Call
from cli.framework.completion import is_closed_list, kinds_completed
from cli.framework.line_editor import Words
from cli.framework.names import known_code
from cli.framework.options import TWO_WORDS
from cli.framework.session import ledger_of, required_date
from cli.framework.settings import is_text
from ledger.core.errors import LedgerError
from ledger.core.suggest import nearest

_DATES: Final = frozenset({"on", "until"})
_PART_OF_A_DATE: Final = re.compile(r"\d{4}(-\d{1,2})?")
_NEAR: Final = 5


class WrongAnswer(Exception):
    """An answer cannot be right: what is wrong with it, and the nearest that would be right."""

    def __init__(self, what: str, near: Words = ()) -> None:  # type: ignore[assignment]
        super().__init__(what)
        self.what = what
        self.near = list(near)


def completions(call: Call, param: Any, typed: str) -> Words:
    """Return the words that complete what is typed; in a list, its last word alone."""
    before, comma, last = typed.rpartition(",") if is_list(param) else ("", "", typed)
    found = param.shell_complete(call, last)
    return [(f"{before}{comma}{one.value}", one.help or "") for one in found]


def is_list(param: Any) -> bool:
    """Return whether an answer may be several codes or words, separated by commas."""
    return str(param.metavar or "").endswith(",...")


def checked(call: Call, param: Any, answer: str) -> str:
    """Return an answer in the form in which it is recorded. Raises WrongAnswer."""
    if not is_text(answer):
        raise WrongAnswer("That is not valid text.")
    if is_list(param):
        return ",".join(_checked(call, param, one.strip()) for one in answer.split(","))
    if param.param_type_name == "argument" and param.nargs != 1:
        return _several(call, param, answer)
    return _checked(call, param, answer)


def _several(call: Call, param: Any, answer: str) -> str:
    """Return words that were typed with spaces between them, or a name that has spaces."""
    try:
        words = shlex.split(answer)
    except ValueError as error:
        raise WrongAnswer("A quotation mark is missing.") from error
    try:
        return shlex.quote(_checked(call, param, answer))
    except WrongAnswer:
        if len(words) == 1:
            raise
    return shlex.join(_checked(call, param, one) for one in words)


def _checked(call: Call, param: Any, answer: str) -> str:
    kinds = kinds_completed(param)
    if kinds:
        return _code(call, param, kinds, answer)
    if is_closed_list(param):
        return _word(call, param, answer)
    if not (_is_date(param) or param.name == "quantity"):
        return answer
    ledger_of(call)  # one that is not there is no fault of the answer
    try:
        if _is_date(param) and not _PART_OF_A_DATE.fullmatch(answer):
            return required_date(call, answer).isoformat()
        if param.name == "quantity":
            _require_quantity(call, answer)
    except LedgerError as error:
        raise WrongAnswer(f"{error.what} {error.next_step}") from error
    return answer


def _is_date(param: Any) -> bool:
    return param.name in _DATES or param.metavar == "DATE"


def is_pair(param: Any) -> bool:
    """Return whether an option takes two words."""
    return bool(param.metavar == TWO_WORDS)


def _code(call: Call, param: Any, kinds: Sequence[str], answer: str) -> str:
    ledger_of(call)  # as above
    try:
        code = known_code(call, kinds, answer)
    except LedgerError as error:
        raise WrongAnswer(error.what, completions(call, param, answer)) from error
    if code is not None:
        return code
    every = completions(call, param, "")
    what = f"No {' or '.join(kinds) if len(kinds) <= _NEAR else 'record'} {answer!r} was found."
    raise WrongAnswer(what, _nearest(answer, [*every, *_by_name(call, kinds)]))


def _by_name(call: Call, kinds: Sequence[str]) -> Words:
    from ledger.store.completion import complete_names_of  # noqa: PLC0415 - after a wrong answer

    url = call.settings.db_url
    return [pair for pairs in complete_names_of(url, kinds) for pair in pairs]


def _word(call: Call, param: Any, answer: str) -> str:
    words = completions(call, param, "")
    folded = answer.casefold()
    for word, about in words:
        if folded in {word.casefold(), about.casefold()}:
            return word
    begun = [pair for pair in words if any(one.casefold().startswith(folded) for one in pair)]
    if len(begun) == 1:
        return begun[0][0]
    near = begun or _nearest(answer, words)
    raise WrongAnswer(f"{answer!r} is not one of the words that can stand here.", near)


def _nearest(answer: str, words: Words) -> Words:
    """Return the words that are similar to an answer, by their code or their name."""
    by_text = {text: (word, about) for word, about in words for text in (word, about) if text}
    return list(dict.fromkeys(by_text[text] for text in nearest(answer, by_text, _NEAR)))


def _require_quantity(call: Call, answer: str) -> None:
    from ledger.core.quantity import parse_quantity  # noqa: PLC0415 - where one is asked for
    from ledger.store.db.queries import read_units  # noqa: PLC0415 - as above

    with ledger_of(call).reader() as reader:
        parse_quantity(answer, read_units(reader.connection))
