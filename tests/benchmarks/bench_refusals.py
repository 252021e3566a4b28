"""How long it takes to refuse a file that cannot be imported: each within a second of CPU time.

    python tests/benchmarks/bench_refusals.py

Each file is imported by the command line in a process of its own, on an empty ledger: archives and
workbooks made to exhaust memory, XML with entities, a header of ten million columns, an unknown
sheet, merged cells, and sheets that are reports. Printed are the CPU seconds, the peak of memory,
and the code of the refusal; what they cost beyond a command that only reads the ledger stands last.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1] / "cli_refusals"), str(HERE.parents[1]), str(HERE.parents[2])]

from test_foreign_files import FILES, rule_file  # noqa: E402 - after the path to it

MARK = 1.0
MEASURED = """
import atexit, re, sys
def peak():
    with open("/proc/self/status") as status:  # that of this program, not of the one that forked it
        print(re.search(r"VmHWM:\\s+([0-9]+)", status.read())[1], file=sys.stderr)
atexit.register(peak)
from cli.main import main
sys.exit(main())
"""


def run(line: list[str]) -> tuple[float, int, str]:
    """Run a command; give its CPU seconds, the peak of memory in MB and its standard error."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *line], capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    *said, peak = done.stderr.splitlines()
    return seconds, int(peak) // 1024, "\n".join(said)


def emit(line: str) -> None:
    """Print one line."""
    print(line, flush=True)  # noqa: T201 - what it is for


def main() -> None:
    """Print one line for each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    slow = slow_by_itself = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        db = ["--db", f"sqlite:///{folder}/ledger.db"]
        run([*db, "init"])
        base, _, _ = run([*db, "unit", "list"])
        emit(f"{'file':12}{'code':22}{'bytes':>12}{'CPU s':>8}{'above':>8}{'MB':>6}")
        for file, content, source, code, _ in FILES:
            (folder / file).write_bytes(content)
            rule = rule_file(folder, source)
            words = ["import", str(folder / file), "--rules", str(rule), "--yes", "--json"]
            seconds, peak, said = run([*db, *words])
            given = json.loads(said)["code"]
            assert given == code, (file, given, code)
            slow += seconds > MARK
            slow_by_itself += seconds - base > MARK
            size = len(content)
            emit(f"{file:12}{code:22}{size:>12,}{seconds:>8.2f}{seconds - base:>8.2f}{peak:>6}")
    emit(f"A command that only reads: {base:.2f} s. Of {len(FILES)} refusals, {slow} take more")
    emit(f"than {MARK:.0f} s, {slow_by_itself} beyond such a command.")


if __name__ == "__main__":
    main()
