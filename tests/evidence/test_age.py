"""Sealing: what goes in comes out for those who may, and for nobody else; nothing altered, cut or lengthened is taken for whole."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import hexdigest
from app.clock import seeded
from app.errors import SealError, StorageError
from app.evidence import bech32, stanza
from app.evidence.age import CHUNK, Identity, Reader, Recipient, Writer, decrypt, encrypt, open_stream
from app.evidence.rewrapping import rewrapped
from app.evidence.seal import digests

CENTRE = Identity.generate(seeded("centre"))
LEAD = Identity.generate(seeded("lead"))
STRANGER = Identity.generate(seeded("stranger"))
BORDERS = [0, 1, 15, 16, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK]


def sealed(data: bytes, *identities: Identity) -> bytes:
    return encrypt(data, [each.recipient for each in identities or (CENTRE, LEAD)], seeded(hexdigest(data)))


class ShortSink:
    """Takes at most seven bytes at a time, as a disk may."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def write(self, data: bytes) -> int:
        self.taken += data[:7]
        return len(data[:7])


class FullSink(BytesIO):
    """Takes the header, then is full."""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() > 0:
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("size", BORDERS)
def test_what_goes_in_comes_out_around_chunk_borders(size: int) -> None:
    data = seeded("sound")(size)
    assert decrypt(sealed(data), [LEAD]) == data
    assert decrypt(sealed(data), [STRANGER, CENTRE]) == data


@given(st.lists(st.integers(0, CHUNK + 20), max_size=5))
def test_pieces_of_any_size_make_the_same_file_as_one_piece(sizes: list[int]) -> None:
    data = seeded("pieces")(sum(sizes))
    at, out = 0, BytesIO()
    writer = Writer(out, [CENTRE.recipient], seeded("one"))
    for size in sizes:
        writer.write(data[at : at + size])
        at += size
    writer.finish()
    assert out.getvalue() == encrypt(data, [CENTRE.recipient], seeded("one"))


@given(st.integers(0, 2 * CHUNK + 40), st.data())
def test_no_byte_can_be_flipped(size: int, draw: st.DataObject) -> None:
    whole = sealed(seeded("sound")(size))
    at = draw.draw(st.integers(0, len(whole) - 1))
    mask = draw.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        decrypt(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :], [CENTRE])


def test_no_byte_of_a_small_file_can_be_flipped_or_left_out() -> None:
    whole = sealed(b"7")
    for at in range(len(whole)):
        with pytest.raises(SealError):
            decrypt(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], [CENTRE])
        with pytest.raises(SealError):
            decrypt(whole[:at], [CENTRE])


@given(st.integers(0, 2 * CHUNK), st.binary(min_size=1, max_size=40))
def test_nothing_can_be_put_at_the_end(size: int, more: bytes) -> None:
    with pytest.raises(SealError):
        decrypt(sealed(seeded("sound")(size)) + more, [CENTRE])


@given(st.binary(max_size=300))
def test_rubbish_is_refused_in_plain_words(rubbish: bytes) -> None:
    for data in (rubbish, b"age-encryption.org/v1\n" + rubbish):
        with pytest.raises(SealError):
            decrypt(data, [CENTRE])


def test_chunks_cannot_change_places() -> None:
    whole = sealed(seeded("sound")(3 * CHUNK))
    start = len(whole) - 3 * (CHUNK + 16)
    first, second, third = (whole[start + n * (CHUNK + 16) :][: CHUNK + 16] for n in range(3))
    for mixed in (second + first + third, first + third, first + first + second + third, first + second):
        with pytest.raises(SealError):
            decrypt(whole[:start] + mixed, [CENTRE])


def test_a_stranger_reads_nothing() -> None:
    with pytest.raises(SealError, match="None of the given keys"):
        decrypt(sealed(b"secret"), [STRANGER])
    with pytest.raises(SealError, match="None of the given keys"):
        decrypt(sealed(b"secret"), [])


def test_header_and_nonce_are_written_before_any_sound() -> None:
    out = BytesIO()
    writer = Writer(out, [CENTRE.recipient], seeded("x"))
    assert out.getvalue() == writer.header + writer.nonce
    writer.write(bytes(CHUNK))
    assert out.getvalue() == writer.header + writer.nonce
    writer.write(b"+")
    assert len(out.getvalue()) == len(writer.header) + 16 + CHUNK + 16
    reader = Reader(BytesIO(out.getvalue()), [CENTRE])
    assert (reader.file_key, reader.nonce) == (writer.file_key, writer.nonce)


def test_a_cut_file_gives_its_true_beginning_and_then_a_fault() -> None:
    data = seeded("sound")(2 * CHUNK + 5)
    stream = open_stream(BytesIO(sealed(data)[:-1]), [CENTRE])
    assert next(stream) + next(stream) == data[: 2 * CHUNK]
    with pytest.raises(SealError, match="chunk 3"):
        next(stream)


def test_a_disk_that_takes_a_few_bytes_at_a_time_gets_all_of_them() -> None:
    sink = ShortSink()
    writer = Writer(sink, [CENTRE.recipient], seeded("short"))
    writer.write(b"hello")
    writer.finish()
    assert decrypt(bytes(sink.taken), [CENTRE]) == b"hello"


def test_after_a_full_disk_no_nonce_is_used_again() -> None:
    writer = Writer(FullSink(), [CENTRE.recipient], seeded("full"))
    with pytest.raises(OSError, match="No space"):
        writer.write(bytes(CHUNK + 1))
    with pytest.raises(ValueError, match="broken"):
        writer.write(b"more")
    with pytest.raises(ValueError, match="broken"):
        writer.finish()


def test_nothing_is_added_after_the_end() -> None:
    writer = Writer(BytesIO(), [CENTRE.recipient], seeded("end"))
    writer.finish()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"more")
    with pytest.raises(ValueError, match="finished"):
        writer.finish()


def test_two_files_share_no_key_and_no_nonce() -> None:
    entropy = seeded("shift")
    one, two = (Writer(BytesIO(), [CENTRE.recipient], entropy) for _ in range(2))
    assert one.file_key != two.file_key
    assert one.nonce != two.nonce
    assert one.header != two.header


def test_sealing_for_nobody_is_refused() -> None:
    with pytest.raises(SealError, match="no public key"):
        encrypt(b"", [], seeded("x"))


def test_other_recipients_get_the_same_payload_bytes(tmp_path: Path) -> None:
    old, new = tmp_path / "old.age", tmp_path / "new.age"
    old.write_bytes(sealed(b"sound" * 50_000, CENTRE))
    with rewrapped(old, [CENTRE], [LEAD.recipient, STRANGER.recipient], new, seeded("again")) as hashes:
        pass
    assert hashes == digests(new)
    assert hashes[1] == digests(old)[1]
    assert decrypt(new, [STRANGER]) == b"sound" * 50_000
    with pytest.raises(SealError):
        decrypt(new, [CENTRE])
    assert old.read_bytes()[-100_000:] == new.read_bytes()[-100_000:]
    with (
        pytest.raises(StorageError, match="already"),
        rewrapped(old, [CENTRE], [LEAD.recipient], new, seeded("again")),
    ):
        pass
    with (
        pytest.raises(SealError, match="no public key"),
        rewrapped(old, [CENTRE], [], tmp_path / "none.age", seeded("again")),
    ):
        pass


def test_a_fault_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "call.age"
    path.write_bytes(b"nothing")
    with pytest.raises(SealError, match=r"call\.age"):
        decrypt(path, [CENTRE])
    with pytest.raises(StorageError, match=r"gone\.age"):
        decrypt(tmp_path / "gone.age", [CENTRE])


# Keys in letters


def test_keys_of_the_specification() -> None:
    identity = Identity.parse("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
    assert identity.secret == b"\x42" * 32
    assert str(identity.recipient) == "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    assert identity.export() == "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"


@given(st.binary(min_size=32, max_size=32))
def test_keys_survive_being_written_down(secret: bytes) -> None:
    identity = Identity(secret)
    assert Identity.parse(identity.export()) == identity
    assert Recipient.parse(str(identity.recipient)) == identity.recipient


@given(st.data())
def test_no_letter_of_a_key_can_be_mistaken(draw: st.DataObject) -> None:
    text = str(CENTRE.recipient)
    at = draw.draw(st.integers(0, len(text) - 1))
    letter = draw.draw(st.characters(min_codepoint=32, max_codepoint=0x2FF).filter(lambda c: c != text[at]))
    with pytest.raises(SealError):
        Recipient.parse(text[:at] + letter + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "age1",
        "age",
        "age1qqqqqq",
        "Age1zvkyg",
        "一二三",
        bech32.encode("age", bytes(31)),
        "age1" + "q" * 90,
    ],
)
def test_what_is_no_key_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(SealError):
        Recipient.parse(text)
    with pytest.raises(SealError):
        Identity.parse(text)


def test_a_private_key_is_no_public_key_and_shows_in_no_message() -> None:
    with pytest.raises(SealError) as caught:
        Recipient.parse(CENTRE.export())
    assert CENTRE.export()[20:] not in str(caught.value)
    assert CENTRE.secret.hex() not in repr(CENTRE)


def test_a_public_key_that_nobody_can_hold_is_refused() -> None:
    with pytest.raises(SealError, match="not well made"):
        encrypt(b"", [Recipient(bytes(32))], seeded("x"))


# Headers


@given(
    st.lists(
        st.tuples(st.text("abc/.-XYZ~!", min_size=1, max_size=9), st.binary(max_size=200)),
        min_size=1,
        max_size=4,
    )
)
def test_headers_survive_being_written_down(recipients: list[tuple[str, bytes]]) -> None:
    stanzas = [stanza.Stanza((kind, "argument"), body) for kind, body in recipients]
    text = stanza.render(stanzas, bytes(16))
    header = stanza.read(BytesIO(text))
    assert list(header.stanzas) == stanzas
    header.check(bytes(16))
    with pytest.raises(SealError, match="altered"):
        header.check(b"\x01" + bytes(15))


@pytest.mark.parametrize("line", [b"-> X25519 abc\n\n", b"-> x\n" + b"A" * 64 + b"\n", b"A"])
def test_an_endless_header_is_given_up(line: bytes) -> None:
    flood = b"age-encryption.org/v1\n" + (line if line[:1] == b"-" else b"") + line * (3_000_000 // len(line))
    with pytest.raises(SealError):
        decrypt(flood, [CENTRE])
