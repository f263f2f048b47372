"""One look of the witness at central: fetch the newest checkpoint, its proof and its lines, judge them, hand the cosignature back."""

import base64
import binascii
from dataclasses import dataclass

import httpx2

from app.errors import EvidenceError, SyncError
from app.evidence.note import Checkpoint, open_note
from app.witness.asking import request
from app.witness.keeper import Keeper

_PATIENCE = httpx2.Timeout(60.0, connect=10.0)
_LARGEST = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it. size: lines that are accepted now; new: how many of them are new; alarm: what a person must hear of, or ""."""

    size: int
    new: int
    alarm: str = ""


class Central:
    """Central's public log over the network. transport: for tests and pinned TLS. Raises SyncError."""

    def __init__(self, url: str, transport: httpx2.BaseTransport | None = None) -> None:
        self._url = url.rstrip("/")
        self._http = httpx2.Client(
            transport=transport, follow_redirects=False, trust_env=False, timeout=_PATIENCE
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def checkpoint(self) -> str:
        """The newest checkpoint as central signed it."""
        return self._get("/v1/log/checkpoint").decode("utf-8", "replace")

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log at size new begins with that at size old."""
        try:
            lines = self._get(f"/v1/log/consistency/{old}/{new}").decode("ascii").splitlines()
            return [base64.b64decode(line, validate=True) for line in lines]
        except (UnicodeDecodeError, binascii.Error) as error:
            raise SyncError("This is no proof of central's", where=self._url) from error

    def entries(self, start: int, end: int) -> list[bytes]:
        """Lines [start, end) of the log, in as many requests as it takes."""
        found: list[bytes] = []
        while len(found) < end - start:
            piece = self._get(f"/v1/log/entries/{start + len(found)}/{end}").split(b"\n")[:-1]
            if not piece:
                raise SyncError(
                    "Central does not show the lines that it has signed",
                    where=self._url,
                    todo="Tell the supervisor.",
                )
            found += piece
        return found

    def cosigned(self, note: str) -> None:
        """Hand a cosigned checkpoint back. Raises SyncError, also when central was never told of this witness."""
        self._ask("POST", "/v1/log/cosignatures", note.encode())

    def _get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        try:
            with self._http.stream(method, self._url + path, content=body) as answer:
                content = _bounded(answer) if answer.is_success else b""
        except httpx2.HTTPError as error:
            what = f"Central cannot be reached: {error or type(error).__name__}"
            raise SyncError(what, where=self._url, todo="It is asked again later.") from error
        if (method, answer.status_code) == ("POST", 403):
            todo = "Its public key belongs in the study package that is installed there (`study build --witness`)."
            raise SyncError("Central takes no cosignature of this witness", where=self._url, todo=todo)
        if content is None or not answer.is_success:
            raise SyncError(f"Central answered {answer.status_code}", where=f"{method} {self._url}{path}")
        return content


def _bounded(answer: httpx2.Response) -> bytes | None:
    """What was answered; None when it is larger than any answer of central's: the rest is not read."""
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > _LARGEST:
            return None
    return bytes(content)


def look(keeper: Keeper, central: Central) -> Seen:
    """One look. Whatever was accepted is cosigned and handed back; handing back may fail and is done again the next time.

    Raises SyncError when central cannot be asked, StorageError when the disk refuses.
    """
    note, accepted = central.checkpoint(), keeper.newest
    held = accepted.size if accepted else 0
    try:
        point = Checkpoint.parse(open_note(note, [keeper.log]).text)
    except EvidenceError as error:
        answer = keeper.add_checkpoint(request(held, (), note))
        return Seen(
            held, 0, answer.alarm or f"What answers at central's address is not its log: {error.what}"
        )
    proof = central.consistency(held, point.size) if 0 < held < point.size else []
    entries = central.entries(keeper.copied, point.size) if held <= point.size else None
    answer = keeper.add_checkpoint(request(min(held, point.size), proof, note), entries)
    if answer.status != 200:
        return Seen(held, 0, answer.alarm or f"Refused ({answer.status})")
    central.cosigned(note + answer.text)
    return Seen(point.size, point.size - held)
