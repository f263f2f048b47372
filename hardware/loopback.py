"""The sound of a line whose engine is another program: samples over a TCP connection that never leaves this machine.

A connection of its own, and not the pipe of the commands, so that a burst of one never holds up the other. It is offered with a
fresh token for each start of the program; whoever else on this machine finds the port first hears nothing.
"""

import hmac
import secrets
import socket
import threading

PATIENCE_S = 30.0
"""Seconds for which an offer stands."""
_CHUNK = 65536


class LoopbackPcm:
    """A Pcm (base.py): read() and write() from any thread; both return at once, whatever the program does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._peer: socket.socket | None = None
        self._unsent = b""
        self._half = b""
        self._offers = 0

    def offer(self) -> tuple[int, str]:
        """Wait for the program, in the background: (port on 127.0.0.1, token it has to show as its first line)."""
        server = socket.create_server(("127.0.0.1", 0))
        token = secrets.token_hex(16)
        self.hang_up()
        with self._lock:
            self._offers += 1
            offer = self._offers
        args = (server, token.encode(), offer)
        threading.Thread(target=self._welcome, args=args, name="line sound", daemon=True).start()
        return server.getsockname()[1], token

    def read(self) -> bytes:
        """What the far side sent since the last read: int16 little-endian, 8000 Hz; b"" when nothing came."""
        with self._lock:
            data, self._half = self._half, b""
            try:
                while self._peer is not None and (more := self._peer.recv(_CHUNK)):
                    data += more
            except OSError:  # nothing more now, or gone: the program's end is told on its pipe
                pass
            if len(data) % 2:
                data, self._half = data[:-1], data[-1:]
            return data

    def write(self, samples: bytes) -> None:
        """The near side's samples. What the program does not take at once is dropped, but no sample is ever cut in two; the program
        itself keeps at most 100 ms."""
        with self._lock:
            if self._unsent:
                self._unsent = self._unsent[self._send(self._unsent) :]
            if self._unsent:
                return
            sent = self._send(samples)
            odd = sent % 2  # half a sample went out: its other half must follow, the rest is late already
            self._unsent = samples[sent : sent + odd]

    def forget(self) -> None:
        """Throw away what has come and was not read: it belongs to another call."""
        self.read()

    def hang_up(self) -> None:
        """Let go of the program; read() finds nothing from now on."""
        with self._lock:
            peer, self._peer = self._peer, None
            self._unsent = self._half = b""
            self._offers += 1  # an offer that still stands is void
        if peer is not None:
            peer.close()

    def _send(self, samples: bytes) -> int:
        try:
            return self._peer.send(samples) if self._peer is not None else len(samples)
        except OSError:
            return 0

    def _welcome(self, server: socket.socket, token: bytes, offer: int) -> None:
        """Take the one who knows the token, and close the door behind him."""
        with server:
            server.settimeout(PATIENCE_S)
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                if self._knows(peer, token):
                    break
                peer.close()
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if offer == self._offers:
                self._peer, peer = peer, peer
                return
        peer.close()

    @staticmethod
    def _knows(peer: socket.socket, token: bytes) -> bool:
        """Its first line is the token; read byte by byte, as samples may follow at once."""
        peer.settimeout(2.0)
        shown = b""
        try:
            while len(shown) <= len(token) and not shown.endswith(b"\n"):
                if not (one := peer.recv(1)):
                    return False
                shown += one
        except OSError:
            return False
        return hmac.compare_digest(shown, token + b"\n")
