"""A workstation's side of the wire: resumable uploads, journal ranges, receipts that prove something.

A status code proves nothing: a hotel's portal answers 200 to everything. What central has is believed only when its signature verifies
with the key from the signed study, over the very text that was sent. Each request may be repeated without a second effect, so
those that were cut or met a busy server are tried again with growing pauses; refusals are not.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx2
import stamina

from app.canonical import Value, decode, encode
from app.clock import Clock, Entropy
from app.errors import EvidenceError, SyncError
from app.evidence.durable import storage_errors
from app.evidence.note import Signer, Verifier, open_note
from app.sync.parcel import NotCentralError, countersigned_text
from app.sync.signature import address, signed_headers

CHUNK = 256 * 1024
"""Bytes in one PATCH: half a minute on a 64 kbit/s line, and what a cut costs at most."""

_ANSWER_LIMIT = 256 * 2**20
_RESTARTS = 3
_RETRIED = (500, 502, 503, 504)


class RefusedError(SyncError):
    """Central understood and refused. word: for programs ("fork", "rehearsal", …). facts: what it added."""

    def __init__(self, status: int, word: str, what: str, facts: Mapping[str, Value], *, where: str) -> None:
        super().__init__(f"Central refused: {what}", where=where, todo=_TODO.get(word, ""))
        self.status, self.word, self.facts = status, word, facts

    def number(self, name: str) -> int:
        """One of the facts as a number. SyncError when there is none: then it was not central that answered."""
        value = self.facts.get(name)
        if isinstance(value, int) and value >= 0:
            return value
        raise SyncError("This is not central's answer", where=self.where, todo=_PORTAL)


class Client:
    """Central as one signed sender sees it. Blocks; belongs to one thread; raises SyncError for everything that went wrong.

    key_id: "<device>.<epoch>" (desk: its device) or "centre". central: its keys, of the study. attempts: of one request. chunk: bytes in
    one PATCH. entropy: for nonces; never one that repeats itself in the next process, or central takes us for a replay. transport: for
    tests and pinned TLS.
    """

    def __init__(
        self,
        url: str,
        key_id: str,
        signer: Signer,
        central: Sequence[Verifier],
        clock: Clock,
        entropy: Entropy,
        *,
        attempts: int = 5,
        chunk: int = CHUNK,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._url, self.key_id, self.signer, self._central = address(url), key_id, signer, tuple(central)
        self._clock, self._entropy, self._attempts, self._chunk = clock, entropy, attempts, chunk
        self.desk = key_id.partition(".")[0]
        self.clock_offset = 0
        """ms to add to our clock to get central's; learnt when central says that ours is wrong."""
        self._http = httpx2.Client(
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx2.Timeout(60.0, connect=10.0),
            headers={"Accept-Encoding": "identity", "User-Agent": "fangxin"},
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # What goes up

    def put_object(self, path: Path, sha256: str, progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring a sealed file to central, from where an earlier try stopped. progress hears bytes done. Proves nothing yet:
        only central's signature under the manifest that names the file does."""
        size = _size(path)
        offset, complete = self._held(sha256)
        restarts = 0
        while not complete:
            if offset > size:
                raise SyncError("Central claims to hold more of this file than there is", where=sha256)
            progress(offset)
            before = offset
            offset, complete = self._put_chunk(path, sha256, offset, size)
            if offset <= before and not complete:
                restarts += 1
                if restarts > _RESTARTS:
                    raise SyncError(
                        "Central does not take this file as it is", where=str(path), todo="Check the disk."
                    )
        progress(size)

    def append(self, start: int, lines: Sequence[bytes], checkpoint: str) -> str:
        """Hand in journal lines from number `start` on with the checkpoint after the last. Returns central's receipt, verified."""
        offer = {"v": 1, "start": start, "lines": [line.decode() for line in lines], "checkpoint": checkpoint}
        answer = self._ask("POST", f"/v1/journals/{self.key_id}", encode(offer))
        return self._countersigned(checkpoint, answer)

    def put_batch(self, manifest: str) -> str:
        """Hand in a manifest. Returns it with central's signature, verified: central holds all that it names."""
        return self.countersigned(f"/v1/batches/{self.key_id}", manifest)

    def countersigned(self, path: str, note: str) -> str:
        """Hand in a note of ours. Returns it with central's signature, verified."""
        return self._countersigned(note, self._ask("POST", path, note.encode()))

    def put_assignment(self, device: str, sealed: bytes) -> None:
        """As the centre: leave a sealed assignment for a device (8 hex digits)."""
        self._ask("PUT", f"/v1/assignments/{device}", sealed)

    # What comes down

    def assignment(self) -> bytes | None:
        """The sealed assignment for this device, if one waits. Believe it only after opening and checking it."""
        return self.fetch(f"/v1/assignments/{self.desk}") or None

    def study(self) -> bytes:
        """The study package that central offers. Believe it only after study.bundle has checked its signature."""
        return self.fetch("/v1/study")

    def fetch(self, path: str) -> bytes:
        """What lies at an address of central's; empty when nothing does. Believe it only after checking what it is."""
        return self._ask("GET", path).content

    def status(self) -> dict[str, Value]:
        """What central says of itself: study, rehearsal, time, alarms."""
        return _object(self._ask("GET", "/v1/status"))

    def post(self, path: str, document: dict[str, Value]) -> dict[str, Value]:
        """Send a small document and get one back."""
        return _object(self._ask("POST", path, encode(document)))

    def _held(self, sha256: str) -> tuple[int, bool]:
        return _upload_state(self._ask("HEAD", f"/v1/objects/{sha256}"))

    def _put_chunk(self, path: Path, sha256: str, offset: int, size: int) -> tuple[int, bool]:
        body = _read(path, offset, self._chunk)
        headers = {
            "Upload-Offset": str(offset),
            "Upload-Length": str(size),
            "Upload-Complete": "?1" if offset + len(body) == size else "?0",
        }
        try:
            return _upload_state(self._ask("PATCH", f"/v1/objects/{sha256}", body, headers))
        except RefusedError as refusal:
            # Another try of ours, or another workstation, was there before; or the whole did not fit its name.
            if refusal.word not in ("offset", "digest"):
                raise
            return refusal.number("offset"), False

    def _countersigned(self, sent: str, answer: httpx2.Response) -> str:
        own = self.signer.verifier
        try:
            if countersigned_text(answer.content, own, self._central) == open_note(sent, [own]).text:
                return answer.content.decode()
        except EvidenceError:
            pass  # whatever is wrong with it, it is no receipt
        raise NotCentralError(
            "The answer is no receipt of this study's central for what was sent; it does not count as sent",
            where=f"{answer.request.url}, {answer.headers.get('content-type', 'no content type')}",
            todo=_PORTAL,
        )

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = MappingProxyType({})
    ) -> httpx2.Response:
        try:
            return self._ask_once(method, path, body, headers)
        except RefusedError as refusal:
            if refusal.word != "clock":
                raise
            # A workstation with a dead clock battery must still be able to hand in: order comes from the journal, not from time.
            self.clock_offset = refusal.number("time") - self._clock.wall()
        return self._ask_once(method, path, body, headers)

    def _ask_once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        try:
            for attempt in stamina.retry_context(
                on=_worth_another_try, attempts=self._attempts, timeout=120.0
            ):
                with attempt:
                    return _judged(self._send(method, self._url + path, body, headers))
        except httpx2.HTTPError as error:
            raise SyncError(
                f"Central cannot be reached: {error or type(error).__name__}",
                where=self._url,
                todo="Everything stays on this workstation and is sent later.",
            ) from error
        raise AssertionError("stamina ends with an answer or an error")

    def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        # Each try has its own nonce and time: central takes a nonce once.
        signed = signed_headers(
            method,
            url,
            body,
            key_id=self.key_id,
            signer=self.signer,
            created=(self._clock.wall() + self.clock_offset) // 1000,
            nonce=self._entropy(16).hex(),
        )
        request = self._http.build_request(method, url, content=body, headers={**headers, **signed})
        answer = self._http.send(request, stream=True)
        try:
            content = bytearray()
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _ANSWER_LIMIT:
                    raise SyncError("The answer is far too large to be central's", where=url)
        finally:
            answer.close()
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=bytes(content), request=request
        )


class _BusyError(RefusedError):
    """Central answered 5xx: another try may fare better."""


def _worth_another_try(error: Exception) -> bool:
    return isinstance(error, (httpx2.TransportError, _BusyError))


def _judged(answer: httpx2.Response) -> httpx2.Response:
    """The answer when it is a success; else the refusal that it is."""
    where = f"{answer.request.method} {answer.request.url}"
    if answer.is_success:
        return answer
    if answer.is_redirect:
        raise SyncError(
            "Central's address points somewhere else; this is not followed", where=where, todo=_PORTAL
        )
    try:
        # An answer to HEAD has no body; then the explanation stands in a header.
        facts = decode(answer.content or answer.headers.get("fangxin-error", "").encode())
        word, what = str(facts["error"]), str(facts["what"])
    except (EvidenceError, KeyError):
        facts, word, what = {}, "", f"HTTP {answer.status_code} without an explanation of central's"
    kind = _BusyError if answer.status_code >= 500 and word != "storage" else RefusedError
    raise kind(answer.status_code, word, what, facts, where=where)


def _upload_state(answer: httpx2.Response) -> tuple[int, bool]:
    offset, complete = answer.headers.get("upload-offset", ""), answer.headers.get("upload-complete")
    if not offset.isdecimal() or complete not in ("?0", "?1"):
        what = "This is not central's answer to an upload"
        raise SyncError(what, where=str(answer.request.url), todo=_PORTAL)
    return int(offset), complete == "?1"


def _object(answer: httpx2.Response) -> dict[str, Value]:
    try:
        return decode(answer.content)
    except EvidenceError as error:
        where = str(answer.request.url)
        raise SyncError("This is not central's answer", where=where, todo=_PORTAL) from error


def _size(path: Path) -> int:
    with storage_errors(path):
        return path.stat().st_size


def _read(path: Path, offset: int, size: int) -> bytes:
    with storage_errors(path), path.open("rb") as file:
        file.seek(offset)
        return file.read(size)


_PORTAL = "Perhaps a login page stands between here and central. Everything stays on this workstation."
_TODO = {
    "fork": "Stop using this workstation and call the supervisor: its journal contradicts what it handed in before.",
    "rehearsal": "Practice calls are not handed in.",
    "unknown": "Enrol this workstation first.",
    "code": "Ask the supervisor for a new enrolment code.",
    "storage": "Central's disk is full; tell the people who run it.",
}
