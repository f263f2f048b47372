"""The smallest telephone that can be called: takes every call at once, sends a loud 20 ms every half second and hears ours.

Its own clock readings stand beside the packets, so that the way to and from them can be timed; no other peer tells when it sent what.
"""

import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
EVERY = 25
"""Packets from one loud one to the next."""
LOUD, QUIET = b"\x2a\xaa" * 80, b"\xd5" * 160
"""A-law: full scale, and nothing."""


@dataclass
class Telephone:
    """sent, heard: perf_counter seconds of loud packets that went out and came in; answered: of its 200 OK."""

    sent: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for each in (self._sip, self._rtp):
            each.bind((HOST, 0))
            each.settimeout(0.2)
        self.port: int = self._sip.getsockname()[1]
        self._over = threading.Event()
        self._talking: tuple[str, int] | None = None
        self._threads = [threading.Thread(target=each) for each in (self._signal, self._speak, self._hear)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._sip.close()
        self._rtp.close()

    def _signal(self) -> None:
        while not self._over.is_set():
            try:
                data, sender = self._sip.recvfrom(65535)
            except TimeoutError:
                continue
            request = data.decode("utf-8", "replace")
            method = request.partition(" ")[0]
            if method == "INVITE":
                sdp = re.search(r"m=audio (\d+)", request)
                self._reply(request, sender, "180 Ringing")
                self.answered.append(time.perf_counter())
                self._reply(request, sender, "200 OK", self._offer())
                self._talking = (HOST, int(sdp[1])) if sdp else None
            elif method == "BYE":
                self._talking = None
                self._reply(request, sender, "200 OK")

    def _offer(self) -> str:
        port = self._rtp.getsockname()[1]
        lines = (
            "v=0",
            f"o=- 1 1 IN IP4 {HOST}",
            "s=-",
            f"c=IN IP4 {HOST}",
            "t=0 0",
            f"m=audio {port} RTP/AVP 8",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "a=rtpmap:8 PCMA/8000"))

    def _reply(self, request: str, sender: tuple[str, int], status: str, body: str = "") -> None:
        kept = re.findall(r"(?im)^(?:Via|From|Call-ID|CSeq):.*$", request)
        to = re.findall(r"(?im)^To:[^\r\n]*", request)
        tagged = [each if ";tag=" in each else f"{each};tag=peer" for each in to]
        form = ["Content-Type: application/sdp"] if body else []
        head = [f"SIP/2.0 {status}", *(each.strip() for each in kept), *tagged]
        head += [f"Contact: <sip:peer@{HOST}:{self.port}>", *form, f"Content-Length: {len(body)}", "", body]
        self._sip.sendto("\r\n".join(head).encode(), sender)

    def _speak(self) -> None:
        begun, number = time.perf_counter(), 0
        while not self._over.wait(max(0.0, begun + number * 0.02 - time.perf_counter())):
            number += 1
            if (to := self._talking) is None:
                continue
            loud = number % EVERY == 0
            header = struct.pack(">BBHII", 0x80, 8, number & 0xFFFF, number * 160, 12340)
            if loud:
                self.sent.append(time.perf_counter())
            self._rtp.sendto(header + (LOUD if loud else QUIET), to)

    def _hear(self) -> None:
        was_loud = False
        while not self._over.is_set():
            try:
                packet = self._rtp.recv(2048)
            except TimeoutError:
                continue
            loud = sum(byte & 0x7F in (0x2A, 0x2B, 0x28) for byte in packet[12:]) > 40
            if loud and not was_loud:
                self.heard.append(time.perf_counter())
            was_loud = loud
