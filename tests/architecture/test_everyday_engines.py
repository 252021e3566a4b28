"""Every day the contract suites run on both engines, and of the others a sample on the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import everyday_engines
import pytest

ENGINES = ("sqlite", "postgresql")


class Item:
    """A collected test, as far as its path, its engines and its marks go."""

    def __init__(
        self, file: str, *marks: pytest.MarkDecorator, test: str = "test_it", **engines: str
    ) -> None:
        self.path = everyday_engines.TESTS / file
        self.nodeid = f"{file}::{test}[{'-'.join(engines.values())}]"
        self.callspec = SimpleNamespace(params=engines)
        self.marks = {one.name: one.mark for one in marks}

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marks.get(name)

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks[mark.name] = mark.mark


def left_out(items: list[Item]) -> Iterator[int]:
    everyday_engines.mark(items)  # type: ignore[arg-type]
    return (number for number, item in enumerate(items) if "soak" in item.marks)


def on_each(file: str, tests: int, *marks: pytest.MarkDecorator) -> list[Item]:
    return [Item(file, *marks, engine_name=name) for _ in range(tests) for name in ENGINES]


def test_of_a_file_one_test_in_five_repeats_on_the_server() -> None:
    items = on_each("pages/test_seats.py", 7)
    repeated = [number for number, item in enumerate(items) if number % 2]
    assert list(left_out(items)) == [one for one in repeated if one not in {1, 11}]


def test_each_file_repeats_its_first_test_on_the_server() -> None:
    items = [*on_each("pages/test_one.py", 1), *on_each("pages/test_other.py", 1)]
    assert not list(left_out(items))


def test_where_each_test_repeats_on_the_server_it_does_so_with_one_parameter_in_five() -> None:
    items = [
        Item("seals/test_seals.py", test=test, engine_name="postgresql")
        for test in (*["test_one"] * 7, "test_other")
    ]
    assert list(left_out(items)) == [1, 2, 3, 4, 6]


@pytest.mark.parametrize("elsewhere", ENGINES)
def test_a_copy_to_the_server_is_a_test_of_the_server(elsewhere: str) -> None:
    items = [
        Item("copying/test_copies.py", engine_name="sqlite", elsewhere=elsewhere) for _ in range(4)
    ]
    assert len(list(left_out(items))) == (3 if elsewhere == "postgresql" else 0)


@pytest.mark.parametrize(
    ("file", "marks"),
    [
        ("races/test_grabbing.py", ()),
        ("nights/test_killed_nights.py", ()),
        ("pages/test_seats_at_once.py", ()),
        ("pages/test_seats.py", (pytest.mark.every_engine,)),
        ("pages/test_seats.py", (pytest.mark.only_on("postgresql"),)),
    ],
)
def test_a_contract_runs_whole(file: str, marks: tuple[pytest.MarkDecorator, ...]) -> None:
    assert not list(left_out(on_each(file, 7, *marks)))


def test_every_folder_of_the_contract_is_there() -> None:
    tests = Path(__file__).parents[1]
    folders = everyday_engines.CONTRACT | everyday_engines.CONTRACT_BY_TEST
    assert all(any((tests / one).glob("test_*.py")) for one in folders)
