"""A tap on the wire: passes bytes between a workstation and central, and keeps all of them. It alters nothing."""

import socket
import threading
from contextlib import suppress


class Tap:
    """Listens on loopback, speaks with the port behind. heard: every byte that passed, both ways."""

    def __init__(self, port: int) -> None:
        self._behind, self._taken = port, list[bytes]()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def heard(self) -> bytes:
        """As a capture file would have it: one connection's direction after the other, in the order of its end."""
        with self._lock:
            return b"\n".join(self._taken)

    def close(self) -> None:
        """No more."""
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._behind))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

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
