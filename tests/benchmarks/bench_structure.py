"""How far a command travels through the program, and what the program consists of.

    python tests/benchmarks/bench_structure.py
    python tests/benchmarks/bench_structure.py --root ../other-checkout    another version of it

Each command runs in a process of its own on a small ledger made for it. Counted are the files of
`ledger/` and `cli/` that are entered after `main()` was called, the calls from one of those files
into another, the modules loaded, and the database engines opened. What runs only because a module
is being loaded is not an entry: a file counts when the command calls into it.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PACKAGES = ("ledger", "cli")
HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
TOP = 10

BANK = ("--code", "BNK", "--kind", "bank", "--sample", "yes")
NEED = "money 30M EUR bus-rapid-transit"
LEDGER: tuple[tuple[str, ...], ...] = (
    ("init",),
    ("city", "add", "Mashhad", "--code", "MHD", "--country", "IR"),
    ("project", "add", "Rapid bus", "--city", "MHD", "--sector", "transport.urban", "--need", NEED),
    ("provider", "add", "Sample Bank", *BANK),
    ("offer", "add", "BNK", "money", "60M EUR", "--topics", "bus-rapid-transit"),
)
"""The commands that make the small ledger: one need, and one offer that can serve it."""

INTRODUCE = (
    *("deal", "introduce", "O-0001", "N-0001", "10M EUR"),
    *("--until", "2099-03-01", "--due", "2099-04-01"),
)
HELP = ("need", "add", "--help")
COMMANDS: dict[str, tuple[str, ...]] = {
    "deal introduce": INTRODUCE,
    "deal show": ("deal", "show", "D-0001"),
    "gaps": ("gaps",),
    "match": ("match",),
    "reconcile --dry-run": ("reconcile", "--dry-run"),
    "need add --help": HELP,
}
"""The commands measured, each on the ledger that the one before it left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one command did: each list is sorted, each call counted by its two files."""

    exit_code: int
    files: list[str]
    calls: int
    modules: list[str]
    engines: int

    @property
    def statement_modules(self) -> list[str]:
        """The modules of bank statements among those loaded."""
        return [name for name in self.modules if any("statement" in p for p in name.split("."))]


class Profile:
    """Counts calls while it is installed with `sys.setprofile`."""

    def __init__(self, root: Path) -> None:
        self.prefixes = tuple(f"{root / package}{os.sep}" for package in PACKAGES)
        self.root = root
        self.files: set[str] = set()
        self.calls = 0
        self.engines = 0
        self.loading = 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Note a call; a module's own code and all that it calls belong to loading."""
        code = frame.f_code
        if code.co_name == "<module>":
            self.loading += {"call": 1, "return": -1}.get(event, 0)
        elif event == "call":
            self.engines += _opens_engine(code)
            if not self.loading and code.co_filename.startswith(self.prefixes):
                self.files.add(code.co_filename)
                self.calls += self._caller(frame) not in {None, code.co_filename}

    def _caller(self, frame: FrameType) -> str | None:
        """Give the nearest of the program's own files that the call comes from."""
        above = frame.f_back
        while above is not None and not above.f_code.co_filename.startswith(self.prefixes):
            above = above.f_back
        return None if above is None else above.f_code.co_filename


def _opens_engine(code: CodeType) -> bool:
    return code.co_qualname == "Engine.__init__" and "sqlalchemy" in code.co_filename


def traced_here(root: Path, argv: Sequence[str]) -> Trace:
    """Run a command line in this process and count what it does."""
    from cli.main import main as run  # noqa: PLC0415 - in the process that is measured alone

    profile = Profile(root)
    sys.setprofile(profile)
    try:
        code = run(list(argv))
    finally:
        sys.setprofile(None)
    ours = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
    files = sorted(str(Path(name).relative_to(root)) for name in profile.files)
    return Trace(
        exit_code=int(code),
        files=files,
        calls=profile.calls,
        modules=sorted(ours),
        engines=profile.engines,
    )


def traced(argv: Sequence[str], database_url: str, root: Path = ROOT) -> Trace:
    """Run a command line in a new process and give what it did; its own output is dropped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "trace.json"
        _run(root, database_url, str(HERE), "--root", str(root), "--trace", str(report), *argv)
        return Trace(**json.loads(report.read_text()))


def make_ledger(database_url: str, root: Path = ROOT) -> None:
    """Make the small ledger by the program's own commands."""
    for words in LEDGER:
        entry = "import sys; from cli.entry import main; sys.exit(main())"
        _run(root, database_url, "-c", entry, *words)


def make_ledger_here(database_url: str) -> None:
    """Make the same ledger in this process, for tests that measure later commands only."""
    from cli.main import main as run  # noqa: PLC0415 - other processes here measure what loads it

    for words in LEDGER:
        assert run(["--db", database_url, *words]) == 0, words


def _run(root: Path, database_url: str, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root), "CITYFUND_DB": database_url}
    done = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the program: its module, its lines, and the modules it imports."""

    module: str
    lines: int
    imports: frozenset[str]


def sources(root: Path) -> dict[str, Source]:
    """Read every file of the program, by module."""
    paths = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    modules = {_module(root, path): path for path in paths}
    return {name: _source(name, path, set(modules)) for name, path in modules.items()}


def _module(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _source(module: str, path: Path, known: set[str]) -> Source:
    text = path.read_text(encoding="utf-8")
    named: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            named.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                named.add(inner if inner in known else node.module)
    return Source(module, len(text.splitlines()), frozenset((named & known) - {module}))


def say(line: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def report_structure(root: Path) -> None:
    """Print the figures of the source text and of the import graph."""
    found = sources(root)
    lines = sorted(one.lines for one in found.values())
    ninth = statistics.quantiles(lines, n=10)[-1]
    middle = statistics.median(lines)
    say(f"files {len(lines)}, lines of Python {sum(lines):,}")
    say(f"lines of a file: median {middle:.0f}, 90th percentile {ninth:.0f}, longest {lines[-1]}")
    others = sum(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in (root / "migrations").rglob("*")
        if path.suffix in {".py", ".sql"}
    )
    say(f"lines of migrations, their SQL included {others:,}")
    used = Counter(name for one in found.values() for name in one.imports)
    _report_top("imported by most modules", used)
    _report_top("importing most modules", Counter({n: len(s.imports) for n, s in found.items()}))
    packages: Counter[tuple[str, str]] = Counter(
        (_package(name), _package(other)) for name, one in found.items() for other in one.imports
    )
    between = {(a, b) for a, b in packages if a != b}
    say(f"packages {len({_package(name) for name in found})}, imports between them {len(between)}")


def _package(module: str) -> str:
    return module.rpartition(".")[0] or module


def _report_top(title: str, counts: Counter[str]) -> None:
    say(f"\n{title}")
    for name, count in sorted(counts.most_common(TOP), key=lambda one: (-one[1], one[0])):
        say(f"  {count:4d}  {name}")


def report_commands(root: Path, *, names: bool) -> None:
    """Run every command on one small ledger and print what each did."""
    heads = f"{'files':>7}{'calls':>8}{'modules':>9}{'engines':>9}{'statement modules':>19}"
    say(f"{'command':<22}{heads}")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        make_ledger(url, root)
        for name, argv in COMMANDS.items():
            trace = traced(argv, url, root)
            assert trace.exit_code == 0, f"{name} ended with {trace.exit_code}"
            say(
                f"{name:<22}{len(trace.files):>7}{trace.calls:>8}{len(trace.modules):>9}"
                f"{trace.engines:>9}{len(trace.statement_modules):>19}"
            )
            if names:
                _list("entered", trace.files)
                _list("loaded", trace.modules)


def _list(title: str, names: Sequence[str]) -> None:
    for name in names:
        say(f"    {title} {name}")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure the program at the root asked for and print it."""
    parser = argparse.ArgumentParser(description="Files entered, calls, modules and structure.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to measure")
    parser.add_argument("--names", action="store_true", help="name every file and module as well")
    parser.add_argument("--trace", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    root = asked.root.resolve()
    if asked.trace is not None:
        asked.trace.write_text(json.dumps(asdict(traced_here(root, asked.words))))
        return
    report_commands(root, names=asked.names)
    say()
    report_structure(root)


if __name__ == "__main__":
    main()
