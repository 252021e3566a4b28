"""How many planted faults the fast tests find, by package, and which they miss.

    python tests/mutation/run.py                            every mutant
    python tests/mutation/run.py --sample 300 --seed 1      some of them, the same ones each time
    python tests/mutation/run.py ledger/rates --tests tests/rates
    python tests/mutation/run.py --again OUTPUT             those that a run did not find

The tests run once, and it is noted which lines each of them runs. Then each mutant is planted in a
forked process, where everything is loaded already. The tests that run its lines follow until one
fails: first those that found other mutants of the function, then the fastest. A mutant that runs
while modules are loaded (a constant, a table) gets a process of its own that loads it, unless it is
found before that.
"""

from __future__ import annotations

import argparse
import dis
import functools
import gc
import importlib.machinery
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from mutants import Mutant, mutants, mutated

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("journal", "deals", "eligibility", "gaps", "rates", "statements")
TESTS = (
    *("tests/journal", "tests/acts", "tests/eligibility", "tests/gaps", "tests/rates"),
    *("tests/statements", "tests/quantity", "tests/instalments/test_schedule.py"),
    "tests/nights/test_gap_snapshots.py",
    *("tests/restrictions/test_barred_pairs.py", "tests/restrictions/test_bars.py"),
    "tests/restrictions/test_barred_offers.py",
)
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
PYTEST = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:benchmark", "-n", "0", "-q")
MARKS = ("-m", "not soak and not postgresql")
KILLED, SURVIVED, TIMED_OUT, NOT_COVERED = "killed", "survived", "timed out", "not covered"
CANNOT_FORK = 3
PROGRESS = 100
MEMORY = 4 * 2**30
IMPORT = "import"


class Tracer:
    """Notes which lines of the mutated files run, and for which test.

    A function of which a test has run every line is not traced again in that test.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = {str(path) for path in files}
        self.lines: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        self.begin(IMPORT)

    def begin(self, context: str) -> None:
        """Note lines for a test from here on."""
        self.context = context
        self.left: dict[int, set[int]] = {}

    def __call__(self, frame: FrameType, _event: str, _: Any) -> Callable[..., Any] | None:
        """Follow the calls into the mutated files and no others."""
        code = frame.f_code
        if code.co_filename not in self.files:
            return None
        left = self.left.get(id(code))
        if left is None:
            left = self.left[id(code)] = set(lines_of(code))
        return self.line if left else None

    def line(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        """Note a line."""
        if event == "line":
            self.left.get(id(frame.f_code), set()).discard(frame.f_lineno)
            self.lines[frame.f_code.co_filename, frame.f_lineno].add(self.context)
        return self.line

    def tests(self, mutant: Mutant) -> set[str]:
        """Give the tests that run a line of the mutant, and `import` where loading does."""
        numbers = range(mutant.line, mutant.last_line + 1)
        return set().union(*(self.lines.get((str(mutant.path), n), ()) for n in numbers))


@dataclass(slots=True)
class Run:
    """One mutation run inside a collected pytest session."""

    chosen: list[Mutant]
    tracer: Tracer
    seconds: float
    outcomes: dict[Mutant, str] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    items: dict[str, pytest.Item] = field(default_factory=dict)
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    functions: Functions = field(default_factory=lambda: Functions(()))

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once as they are, then the mutants."""
        self.items = {item.nodeid: item for item in session.items}
        for nodeid, item in self.items.items():
            self.tracer.begin(nodeid)
            start = time.perf_counter()
            assert passes(item), f"{nodeid} fails without a mutant"
            self.durations[nodeid] = time.perf_counter() - start
        sys.settrace(None)
        self.functions = Functions({str(mutant.path) for mutant in self.chosen})
        say(f"{len(self.items)} tests took {sum(self.durations.values()):.0f} s once, traced")
        for number, mutant in enumerate(self.chosen, 1):
            self.outcomes[mutant] = self.tried(mutant)
            if self.outcomes[mutant] in {SURVIVED, NOT_COVERED}:
                where = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
                say(f"{self.outcomes[mutant]} [{number}] {where} {mutant.description}")
            if number % PROGRESS == 0:
                say(f"{number} of {len(self.chosen)} tried")
        return True

    def tried(self, mutant: Mutant) -> str:
        """Say what becomes of a mutant."""
        covering = self.tracer.tests(mutant)
        if not covering:
            return NOT_COVERED
        outcome = self.tried_here(mutant, self.ordered(mutant, covering - {IMPORT}))
        if outcome is None or (outcome == SURVIVED and IMPORT in covering):
            return self.tried_anew(mutant)
        return outcome

    def tried_here(self, mutant: Mutant, nodeids: Sequence[str]) -> str | None:
        """Say what becomes of a mutant in a fork of this process; None if that cannot show it."""
        if not nodeids:
            return None
        limit = 5 + 5 * sum(self.durations[nodeid] for nodeid in nodeids)
        code, killer = forked(lambda: self.first_failure(mutant, nodeids), limit)
        if code == CANNOT_FORK:
            return None
        if killer is not None:
            self.kills[mutant.function, nodeids[killer]] += 1
            return KILLED
        return SURVIVED if code == 0 else TIMED_OUT

    def ordered(self, mutant: Mutant, covering: set[str]) -> list[str]:
        """Put first what found other mutants of the function, then the fastest."""
        order = sorted(
            covering, key=lambda one: (-self.kills[mutant.function, one], self.durations[one])
        )
        spent, kept = 0.0, []
        for nodeid in order:
            spent += self.durations[nodeid]
            if kept and spent > self.seconds:
                break
            kept.append(nodeid)
        return kept

    def first_failure(self, mutant: Mutant, nodeids: Sequence[str]) -> int | None:
        """Plant the mutant in this process and give the first test that fails."""
        self.functions.plant(mutant)
        for number, nodeid in enumerate(nodeids):
            # The default of its signal ends the process: a test that loops for ever is found early.
            signal.setitimer(signal.ITIMER_PROF, 3 + 5 * self.durations[nodeid])
            if not passes(self.items[nodeid]):
                return number
        return None

    def tried_anew(self, mutant: Mutant) -> str:
        """Try a mutant in a process that loads its module with the fault."""
        file = str(mutant.path)
        lines = self.tracer.lines.items()
        covering = set().union(*(tests for (path, _), tests in lines if path == file))
        # A test of a constant or a table may run no line of its module, but it imports it.
        naming = {one for one, item in self.items.items() if names(item, module_of(mutant.path))}
        near = self.ordered(mutant, naming)
        nodeids = [*near, *self.ordered(mutant, covering - naming - {IMPORT})]
        limit = 60 + 5 * sum(self.durations[nodeid] for nodeid in nodeids)
        arguments = [sys.executable, __file__, "--one", file, str(mutant.index)]
        try:
            done = subprocess.run(
                arguments,
                cwd=ROOT,
                input=json.dumps(nodeids),
                text=True,
                capture_output=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT
        return SURVIVED if done.returncode == 0 else KILLED


@functools.cache
def lines_of(code: CodeType) -> frozenset[int]:
    """Give the lines of a function's body."""
    body = dropwhile(lambda one: one.opname != "RESUME", dis.get_instructions(code))
    places = (one.positions for one in islice(body, 1, None))
    return frozenset(one.lineno for one in places if one is not None and one.lineno is not None)


def passes(item: pytest.Item) -> bool:
    """Run one test with its fixtures; those of the session stay for the next."""
    from _pytest.runner import runtestprotocol  # noqa: PLC0415 - pytest's own loop

    reports = runtestprotocol(item, nextitem=item.session, log=False)  # type: ignore[arg-type]
    return all(not report.failed for report in reports)


def forked(work: Callable[[], int | None], limit: float) -> tuple[int, int | None]:
    """Run the work in a forked process: its exit code, and the number it gave if it gave one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(int(4 * limit) + 1)
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        code = 0
        try:
            number = work()
            os.write(writing, b"" if number is None else str(number).encode())
        except CannotPlantError:
            code = CANNOT_FORK
        except BaseException:  # noqa: BLE001 - the fault broke the loop around the tests: found
            os.write(writing, b"0")
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(text) if text else None


class CannotPlantError(Exception):
    """The fault is outside functions, or changes what one closes over."""


class Functions:
    """The loaded functions of the mutated files, and what remembers their results."""

    def __init__(self, files: Collection[str]) -> None:
        # The tests freeze what they have collected, which hides it from `get_objects`.
        gc.unfreeze()
        self.by_file: defaultdict[str, list[FunctionType]] = defaultdict(list)
        self.caches: list[functools._lru_cache_wrapper[Any]] = []
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename in files:
                self.by_file[one.__code__.co_filename].append(one)
            elif isinstance(one, functools._lru_cache_wrapper):
                self.caches.append(one)
        gc.freeze()

    def plant(self, mutant: Mutant) -> None:
        """Give the functions of the mutant's module the code that they have with the fault."""
        file = str(mutant.path)
        source = mutant.path.read_text(encoding="utf-8")
        codes = dict(_codes(compile(mutated(source, mutant.index), file, "exec")))
        for cache in self.caches:
            cache.cache_clear()
        planted = False
        for function in self.by_file[file]:
            code = codes.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
            if code is not None and code != function.__code__:
                try:
                    function.__code__ = code
                except ValueError as error:
                    raise CannotPlantError from error
                planted = True
        if not planted:
            raise CannotPlantError


def _codes(code: CodeType) -> Iterable[tuple[tuple[str, int], CodeType]]:
    yield (code.co_qualname, code.co_firstlineno), code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@functools.cache
def source_of(path: Path) -> str:
    """Read a test file once."""
    return path.read_text(encoding="utf-8")


def names(item: pytest.Item, module: str) -> bool:
    """Say whether the file of a test imports from a module."""
    return f"{module} import" in source_of(item.path)


def module_of(path: Path) -> str:
    """Give the dotted name of a module of the product."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


class Finder:
    """Loads one module with a mutant in it."""

    def __init__(self, path: Path, index: int) -> None:
        self.path = path
        self.index = index
        self.name = module_of(path)

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the one module alone."""
        del path, target
        if name != self.name:
            return None
        loader = _Loader(self.name, str(self.path))
        loader.tree = mutated(self.path.read_text(encoding="utf-8"), self.index)
        return importlib.machinery.ModuleSpec(name, loader, origin=str(self.path))


class _Loader(importlib.machinery.SourceFileLoader):
    tree: Any = None

    def get_code(self, fullname: str) -> CodeType:
        """Compile what has the fault, whatever lies in the cache."""
        return compile(self.tree, self.get_filename(fullname), "exec")


def run_one(path: Path, index: int) -> int:
    """Run the tests named on standard input with one mutant."""
    nodeids = json.load(sys.stdin)
    sys.meta_path.insert(0, Finder(path, index))
    return int(pytest.main([*PYTEST, *MARKS, "-x", *nodeids]))


def candidates(paths: Iterable[Path]) -> list[Mutant]:
    """Give the mutants of all modules below the paths, but those known to be equivalent."""
    known = equivalents()
    files = sorted(
        file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))
    )
    found = [one for file in files for one in mutants_of(file)]
    return [one for one in found if (_name(one), one.description) not in known]


def mutants_of(path: Path) -> list[Mutant]:
    """Give every mutant of a module, or none where there is no such module."""
    return mutants(path, path.read_text(encoding="utf-8")) if path.is_file() else []


def equivalents() -> set[tuple[str, str]]:
    """Read the mutants that change nothing anybody could see: file, fault and reason."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {(file, fault) for file, fault, _reason in rows}


def not_found_in(output: Path, every: Sequence[Mutant]) -> list[Mutant]:
    """Give the mutants that survived in an earlier run, by its output."""
    line = re.compile(rf"(?:{SURVIVED}|{NOT_COVERED}) \[\d+\] (\S+):\d+ (.+)")
    text = output.read_text(encoding="utf-8")
    listed = {(one[1], one[2]) for one in line.finditer(text)}
    return [one for one in every if (_name(one), one.description) in listed]


def _name(mutant: Mutant) -> str:
    return str(mutant.path.relative_to(ROOT))


def report(outcomes: dict[Mutant, str]) -> None:
    """Print the score of each package and of all."""
    by_package: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        by_package[mutant.path.relative_to(ROOT).parts[1]][outcome] += 1
    by_package["all"] = sum(by_package.values(), Counter())
    heads = (KILLED, TIMED_OUT, SURVIVED, NOT_COVERED)
    say(f"\n{'package':<14}{'mutants':>8}" + "".join(f"{head:>13}" for head in heads) + "   score")
    for package, counts in by_package.items():
        total = counts.total()
        score = 100 * (counts[KILLED] + counts[TIMED_OUT]) / total
        figures = "".join(f"{counts[head]:>13}" for head in heads)
        say(f"{package:<14}{total:>8}{figures}{score:>7.1f}%")


def say(line: str) -> None:
    """Print a line at once, past pytest's capture."""
    os.write(OUTPUT, f"{line}\n".encode())


OUTPUT = os.dup(1)


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="packages or modules to mutate")
    parser.add_argument("--tests", nargs="+", help="tests that may find the mutants")
    parser.add_argument("--sample", type=int, help="how many mutants to try")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--again", type=Path, help="output of a run, to try what it did not find")
    parser.add_argument("--seconds", type=float, default=120, help="seconds of tests for a mutant")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    if asked.one is not None:
        return run_one(Path(asked.one[0]), int(asked.one[1]))
    paths = [path.resolve() for path in asked.paths] or [ROOT / "ledger" / one for one in PACKAGES]
    every = candidates(paths)
    chosen = every if asked.again is None else not_found_in(asked.again, every)
    if asked.sample is not None and asked.sample < len(every):
        chosen = sorted(random.Random(asked.seed).sample(every, asked.sample), key=every.index)
    say(f"{len(chosen)} of {len(every)} mutants")
    tracer = Tracer({mutant.path for mutant in every})
    run = Run(chosen, tracer, asked.seconds)
    sys.settrace(tracer)
    tests = asked.tests or TESTS
    code = pytest.main([*PYTEST, *MARKS, *tests], plugins=[run])
    report(run.outcomes)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
