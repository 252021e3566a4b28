"""Where a run begins: loads the program, and answers Ctrl-C while that lasts.

Nothing else is imported here: an interrupt from the first moment on ends in a word and in the exit
code of all others, never in a traceback.
"""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> int:
    """Load the program and run it."""
    try:
        from cli.main import main as run  # noqa: PLC0415 - what takes the time of a start

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was recorded.\n")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
