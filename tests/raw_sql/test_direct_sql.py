"""Whoever goes round the program with raw SQL is refused, or changes nothing, or is named.

On each engine 160 attempts are drawn from a seed, which a failure prints. `pytest -m soak
tests/raw_sql` makes five thousand, from a seed of its own.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable

import pytest
from attack_figures import count_cases
from grammar import Attempt, attempts
from judge_attempts import HARMLESS, NAMED, REFUSED, UNNAMED, Judged, MakeJudge
from ledgers import Ledgers
from raw import Raw

SEED = 1_000_003
EVERY_DAY = 80
FOR_LONG = 5000


def engine_of(url: str) -> str:
    return url.partition(":")[0]


def told(found: Iterable[Judged], seed: int) -> Counter[str]:
    """Count the verdicts, printed with their seed; nothing may go unnamed."""
    verdicts: Counter[str] = Counter()
    unnamed = []
    for one in found:
        verdicts[one.verdict] += 1
        if one.verdict == UNNAMED:
            unnamed.append(str(one))
    count_cases(verdicts.total(), undetected=len(unnamed))
    print(f"seed {seed}: {dict(verdicts)}")  # noqa: T201 - pytest shows it where asked to
    assert unnamed == [], f"seed {seed}"
    return verdicts


@pytest.mark.long
def test_no_attempt_goes_by_unnamed(attacked: str, judge_at: MakeJudge) -> None:
    found = judge_at(attacked).judged(attempts(engine_of(attacked), SEED, EVERY_DAY))
    verdicts = told(found, SEED)

    assert set(verdicts) == {REFUSED, HARMLESS, NAMED}
    assert verdicts[REFUSED] > verdicts[HARMLESS]


@pytest.mark.soak
def test_none_of_many_more_attempts_goes_by_unnamed(attacked: str, judge_at: MakeJudge) -> None:
    seed = secrets.randbelow(10**9)
    verdicts = told(judge_at(attacked).judged(attempts(engine_of(attacked), seed, FOR_LONG)), seed)

    assert sum(verdicts.values()) == FOR_LONG


def test_the_same_seed_makes_the_same_attempts(engine_name: str) -> None:
    first = list(attempts(engine_name, SEED, 60))

    assert list(attempts(engine_name, SEED, 60)) == first
    assert list(attempts(engine_name, SEED + 1, 60)) != first


DIRECT = {
    "a balance": ("UPDATE balance SET free = free + 1", ("balances",)),
    "a stage below zero": ("UPDATE balance SET free = -1", ()),
    "a term, its guard in place": ("UPDATE need_version SET note = 'x'", ()),
    "a country": ("UPDATE country SET name = 'x'", ("reference",)),
    "what version the schema is": ("UPDATE alembic_version SET version_num = '0001'",
                                   ("schema-older",)),
    "two versions of the schema": ("INSERT INTO alembic_version VALUES ('0001')",
                                   ("not-a-database",)),
}  # fmt: skip


@pytest.mark.parametrize("name", DIRECT)
def test_what_an_attempt_on_one_thing_comes_to(
    name: str, attacked: str, judge_at: MakeJudge
) -> None:
    statement, named = DIRECT[name]
    (found,) = judge_at(attacked).judged([Attempt(name, (statement,))])

    assert (found.verdict, found.told) == ((NAMED, named) if named else (REFUSED, ()))


DROPS = {
    "sqlite": "DROP TRIGGER need_version_refuses_update",
    "postgresql": "DROP TRIGGER need_version_refuses_update ON need_version",
}
REWRITTEN = Attempt("rewrite a note", ("UPDATE need_version SET note = 'never agreed'",))


def test_a_rewritten_term_is_seen_where_neither_guard_nor_check_is_there(
    attacked: str, judge_at: MakeJudge
) -> None:
    """The judge sees: what nothing refuses and no check names comes out as not named."""
    drop = DROPS[engine_of(attacked)]
    bare = Attempt(REWRITTEN.kind, (drop, *REWRITTEN.statements))

    (guarded,) = judge_at(attacked).judged([REWRITTEN])
    (noticed,) = judge_at(attacked).judged([bare])
    (sealed,) = judge_at(attacked, without=("guards",)).judged([bare])
    (unseen,) = judge_at(attacked, without=("guards", "seals")).judged([bare])

    assert guarded.verdict == REFUSED
    assert (noticed.verdict, noticed.told) == (NAMED, ("guards",))
    assert (sealed.verdict, sealed.told) == (NAMED, ("seals",))
    assert (unseen.verdict, set(unseen.told)) == (UNNAMED, {"schema", "need_version"})


def test_attempts_leave_the_ledger_as_it_was(
    attacked: str, ledgers: Ledgers, judge_at: MakeJudge
) -> None:
    url = ledgers.copy(attacked)
    before = everything(url)
    list(judge_at(url).judged(attempts(engine_of(url), SEED + 7, 25)))

    assert everything(url) == before


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    raw = Raw(url)
    try:
        return {
            name: sorted(map(tuple, raw.execute(f'SELECT * FROM "{name}"').fetchall()), key=repr)
            for name in raw.tables()
        }
    finally:
        raw.close()
