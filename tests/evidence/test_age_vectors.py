"""Every age vector of C2SP/CCTV: what it expects is what happens, and what was released before a fault is exactly what may be."""

import re
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from app.canonical import hexdigest
from app.errors import SealError
from app.evidence import age
from app.evidence.age import Identity, open_stream

FOLDER = Path(__file__).parent.parent / "vectors" / "age"
VECTORS = sorted(path for path in FOLDER.iterdir() if path.name != "README.md")
SAYS = {
    "header failure": "header is damaged",
    "no match": "None of the given keys",
    "HMAC failure": "header of this file was altered",
    "payload failure": "does not open|goes on after|last chunk is empty",
}


class Vector:
    """One file: fields of its head, and the age file below it."""

    def __init__(self, path: Path) -> None:
        head, _, body = path.read_bytes().partition(b"\n\n")
        self.fields = [line.partition(": ")[::2] for line in head.decode().split("\n")]
        self.expect, self.payload = self["expect"], self["payload"]
        self.body = zlib.decompress(body) if self["compressed"] == "zlib" else body

    def __getitem__(self, name: str) -> str:
        return next((value for field, value in self.fields if field == name), "")

    @property
    def foreign(self) -> bool:
        """About a kind of age file that we do not read."""
        return bool(self["armored"] or self["passphrase"] or "-PQ-" in self["identity"])

    def read(self) -> tuple[bytes, str]:
        """What was released, and how it ended ("" = well)."""
        released = b""
        try:
            identities = [Identity.parse(value) for field, value in self.fields if field == "identity"]
            for chunk in open_stream(BytesIO(self.body), identities):
                released += chunk
        except SealError as error:
            return released, str(error)
        return released, ""


def check(vector: Vector) -> None:
    """Red unless the vector's expectation is met."""
    released, fault = vector.read()
    if vector.foreign:
        assert fault
        assert released == b""
    elif vector.expect == "success":
        assert fault == ""
        assert hexdigest(released) == vector.payload
    else:
        assert re.search(SAYS[vector.expect], fault), fault
        assert not vector.payload or hexdigest(released) == vector.payload


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_vector(path: Path) -> None:
    check(Vector(path))


def test_no_vector_is_left_out() -> None:
    kinds = [Vector(path).expect for path in VECTORS if not Vector(path).foreign]
    assert len(VECTORS) == 71
    assert len(kinds) >= 30
    assert set(kinds) == {"success", *SAYS}


def test_a_reader_of_hybrid_files_is_told_that_none_of_its_keys_fits() -> None:
    body = Vector(FOLDER / "hybrid").body
    with pytest.raises(SealError, match="None of the given keys"):
        list(open_stream(BytesIO(body), [Identity(bytes(range(32)))]))


def test_saboteur_that_takes_the_end_of_the_file_for_the_end_lets_a_cut_file_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def content(reader: age.Reader, *_: object) -> bytes:
        reader.complete = True
        return b""

    monkeypatch.setattr(age.Reader, "_last", content)
    with pytest.raises(AssertionError):
        check(Vector(FOLDER / "stream_no_final_full"))


def test_saboteur_without_the_header_check_an_altered_header_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.evidence.stanza.Header.check", lambda header, key: None)
    with pytest.raises(AssertionError):
        check(Vector(FOLDER / "hmac_bad"))


def test_saboteur_without_the_canonical_check_two_spellings_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.evidence.stanza.to_base64", lambda data: Anything())
    with pytest.raises(AssertionError):
        check(Vector(FOLDER / "stanza_not_canonical"))


class Anything(str):
    """Equal to every text."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False
