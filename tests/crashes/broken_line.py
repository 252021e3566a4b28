"""A line to a server that breaks at a chosen byte of what is sent or received over it."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from typing import Final

SENT: Final = "sent"
RECEIVED: Final = "received"
DIRECTIONS: Final = (SENT, RECEIVED)

_RESET: Final = struct.pack("ii", 1, 0)
_PIECE: Final = 65_536


class Line:
    """Forwards connections to a port of this machine until it is cut.

    What was forwarded is counted for both directions since the last `whole` or `cut_after`. After a
    cut no connection is taken until the line is whole again.
    """

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._wake, self._woken = socket.socketpair()
        self._ends: dict[socket.socket, tuple[socket.socket, str]] = {}
        self._chosen = selectors.DefaultSelector()
        for one in (self._listening, self._woken):
            self._chosen.register(one, selectors.EVENT_READ)
        self._passed = dict.fromkeys(DIRECTIONS, 0)
        self._limit: tuple[str, int] | None = None
        self._resets = False
        self.is_cut = False
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    @property
    def passed(self) -> dict[str, int]:
        """Return how many bytes were forwarded in each direction."""
        return dict(self._passed)

    def whole(self) -> None:
        """Let everything pass again."""
        self._passed = dict.fromkeys(DIRECTIONS, 0)
        self._limit, self.is_cut = None, False

    def cut_after(self, direction: str, count: int, *, resets: bool) -> None:
        """Cut the line once so many bytes passed in a direction, with a reset or an end."""
        self.whole()
        self._limit, self._resets = (direction, count), resets

    def close(self) -> None:
        """End all connections, and take no more."""
        self._wake.close()
        self._thread.join()

    def _forward(self) -> None:
        while True:
            for key, _ in self._chosen.select():
                if key.fileobj is self._woken:
                    self._end()
                    return
                if key.fileobj is self._listening:
                    self._take()
                elif key.fileobj in self._ends:  # its other end may have closed it in this round
                    assert isinstance(key.fileobj, socket.socket)
                    self._pass(key.fileobj)

    def _take(self) -> None:
        taken, _ = self._listening.accept()
        if self.is_cut:
            taken.close()
            return
        server = socket.create_connection(self._to)
        self._ends |= {taken: (server, SENT), server: (taken, RECEIVED)}
        for one in (taken, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._chosen.register(one, selectors.EVENT_READ)

    def _pass(self, source: socket.socket) -> None:
        target, direction = self._ends[source]
        try:
            piece = source.recv(_PIECE)
            if piece:
                piece = self._until_the_cut(piece, direction)
                target.sendall(piece)
        except OSError:
            piece = b""
        if self.is_cut:
            for one in list(self._ends):
                self._close(one)
        elif not piece:
            self._close(source)
            self._close(target)

    def _until_the_cut(self, piece: bytes, direction: str) -> bytes:
        limit = self._limit  # who drives the line may take it away meanwhile
        if limit is not None and limit[0] == direction:
            room = max(0, limit[1] - self._passed[direction])
            if len(piece) >= room:
                piece, self.is_cut = piece[:room], True
        self._passed[direction] += len(piece)
        return piece

    def _close(self, one: socket.socket) -> None:
        self._chosen.unregister(one)
        del self._ends[one]
        if self.is_cut and self._resets:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.close()

    def _end(self) -> None:
        for one in (*self._ends, self._listening, self._woken):
            one.close()
        self._chosen.close()
