"""A tap on the wire: passes bytes between a workstation and central, and keeps all of them. It alters nothing."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Tap:
    """Listens on loopback, speaks with the port behind. heard: every byte that passed, both ways."""

    def __init__(self, port: int) -> None:
        self._behind, self._taken = port, list[bytes]()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._begin(self._serve)

    def _begin(self, target: Callable[..., None], *given: socket.socket) -> None:
        self._threads.append(threading.Thread(target=target, args=given, daemon=True))
        self._threads[-1].start()

    @property
    def heard(self) -> bytes:
        """As a capture file would have it: one connection's direction after the other, in the order of its end."""
        with self._lock:
            return b"\n".join(self._taken)

    def close(self) -> None:
        """No more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listening.close()
        while self._threads:
            self._threads.pop().join(10)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._behind))
                self._begin(self._both, near, far)

    def _both(self, near: socket.socket, far: socket.socket) -> None:
        with near, far:
            back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
            back.start()
            self._pass(near, far)
            back.join()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        kept = bytearray()
        with suppress(OSError):
            while data := one.recv(65536):
                kept += data
                other.sendall(data)
        with self._lock:
            self._taken.append(bytes(kept))
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
