"""File systems of a few megabytes, for as long as a test lasts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount a file system of so many bytes; skip the test where this user may not."""
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root mounts a small disk")
    place.mkdir()
    line = [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    if subprocess.run(line, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, how: str) -> None:
    """Let a mounted file system be written again (rw), or only read (ro)."""
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)
