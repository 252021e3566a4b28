"""The mutation run plants one fault at a time, and finds those that the tests find."""

from __future__ import annotations

import ast
import gc
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from mutants import mutants, mutated
from offences import assert_none
from run import ROOT, Functions, Tracer, equivalents, mutants_of, not_found_in

PATH = Path("example.py")


def faults(source: str) -> set[str]:
    return {f"{one.before} -> {one.after}" for one in mutants(PATH, source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    {
        "a < b": {"a < b -> a <= b", "a < b -> a >= b"},
        "a + b": {"a + b -> a - b"},
        "a and b": {"a and b -> a or b"},
        "not a": {"not a -> a"},
        "x = 7": {"7 -> 8"},
        "x = True": {"True -> False"},
        "x = 1 if a else b": {"1 -> 2", "a -> not a"},
        "[a for a in b if c(a)]": {"c(a) -> not c(a)"},
    }.items(),
)
def test_each_kind_of_place_has_its_faults(source: str, expected: set[str]) -> None:
    assert expected <= faults(f"x = ({source})" if "=" not in source else source)


def test_statements_are_left_out_and_results_are_lost() -> None:
    source = "def f(a):\n    a.close()\n    a -= b\n    if c():\n        raise E\n    return a"

    expected = {"a.close() -> pass", "a -= b -> pass", "raise E -> pass", "return a -> return None"}
    assert expected <= faults(source)


def test_assertions_annotations_decorators_and_texts_are_left_alone() -> None:
    source = (
        '@d(1)\ndef f(a: "x | y") -> "z | 3":\n    """Say."""\n    assert a < 1, 3\n    a = "t"'
    )

    assert faults(source) == set()


def test_a_mutant_is_planted_where_it_was_found() -> None:
    source = "def f(a):\n    return a < 1 or a > 10"

    for mutant in mutants(PATH, source):
        planted = ast.unparse(mutated(source, mutant.index))
        assert planted != ast.unparse(ast.parse(source))
        assert mutant.after in planted
        assert mutant.function == "f"


def test_a_mutant_is_planted_in_functions_that_the_collector_no_longer_sees(tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text("def is_open(days):\n    return days > 3\n", encoding="utf-8")
    spec = spec_from_file_location("example", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    gc.freeze()

    opposite = next(one for one in mutants_of(path) if one.after == "days <= 3")
    Functions({str(path)}).plant(opposite)

    assert [module.is_open(days) for days in (3, 4)] == [True, False]


def test_a_line_is_noted_for_every_test_that_runs_it(tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text(
        "def small(x):\n    if x:\n        return [one for one in x]\n    return None\n"
        "less = lambda x: x - 1\n",
        encoding="utf-8",
    )
    names: dict[str, Any] = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    tracer = Tracer([path])
    before = sys.gettrace()
    for test, values in {"one": ([], [1], [2]), "two": ([],)}.items():
        tracer.begin(test)
        sys.settrace(tracer)
        for value in values:
            names["small"](value)
            names["less"](len(value))
        sys.settrace(before)

    noted = {line: tests for (_, line), tests in tracer.lines.items()}
    assert noted == {2: {"one", "two"}, 3: {"one"}, 4: {"one", "two"}, 5: {"one", "two"}}


def test_there_are_no_more_mutants_than_were_found() -> None:
    source = "x = 1"

    with pytest.raises(IndexError):
        mutated(source, len(mutants(PATH, source)))


def test_what_a_run_did_not_find_can_be_tried_again(tmp_path: Path) -> None:
    every = mutants(ROOT / "ledger" / "example.py", "def f(a):\n    return a < 1 and a > 10")
    lost = [every[1], every[3]]
    output = tmp_path / "output"
    lines = [f"survived [1] ledger/example.py:9 {lost[0].description}", "100 of 200 tried",
             f"not covered [2] ledger/example.py:9 {lost[1].description}"]  # fmt: skip
    output.write_text("\n".join(lines), encoding="utf-8")

    assert not_found_in(output, every) == lost


def test_every_mutant_listed_as_equivalent_is_one_of_today() -> None:
    listed = equivalents()

    assert listed
    assert_none(
        f"{file}: {fault}"
        for file, fault in sorted(listed)
        if fault not in {one.description for one in mutants_of(ROOT / file)}
    )
