"""What tests of approvals ask: the refusal of a line, and what is committed."""

from __future__ import annotations

import json

from people import Person


def refusal(person: Person, line: str, code: int = 4) -> dict[str, str]:
    """Give the refusal of a line, which may ask for an approval."""
    answer = person.tries(line, "--json")
    assert answer.code == code, answer
    error: dict[str, str] = json.loads(answer.err.splitlines()[-1])
    assert all(error[key].strip() for key in ("code", "what", "why", "next"))
    return error


def committed(person: Person) -> str:
    return str(person.asks("need show N-0001")["committed"])
