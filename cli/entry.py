"""Where a run begins: loads the program, and answers Ctrl-C while that lasts.

Nothing else is imported here: an interrupt from the first moment on ends in a word and in the exit
code of all others, never in a traceback.
"""

from __future__ import annotations

import sys

_INTERRUPTED = 130


_GC_THRESHOLDS = 10_000, 20, 20
"""Thresholds of garbage collection; those of Python are 700, 10 and 10."""


def collect_garbage_seldom() -> None:
    """Collect garbage less often, and not at the end of the process.

    A start makes nearly a hundred thousand objects, all of which are kept: collections during it,
    and the last one before the process ends, took a quarter of a short command.
    """
    import atexit  # noqa: PLC0415 - not before an interrupt is answered
    import gc  # noqa: PLC0415 - as above

    gc.set_threshold(*_GC_THRESHOLDS)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


def main() -> int:
    """Load the program and run it."""
    try:
        collect_garbage_seldom()
        from cli.main import main as run  # noqa: PLC0415 - what takes the time of a start

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was recorded.\n")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
