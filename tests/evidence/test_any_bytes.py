"""Whatever stands in a file or comes over the network: each reader takes it or refuses it in words. What is fed to them is nearly right, a
true sample with pieces turned, doubled, taken out, or put in from elsewhere, because rubbish is refused at the first byte."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.canonical import Value, decode, encode, hexdigest
from app.central.intake import joins, read_enrolment, read_offer
from app.clock import VirtualClock, seeded
from app.custody.request import Request
from app.errors import EvidenceError, FangxinError
from app.evidence import stanza
from app.evidence.age import decrypt, encrypt
from app.evidence.audit.branch import branch
from app.evidence.audit.place import head_size
from app.evidence.audit.remains import readable, samples_in, samples_whole_in
from app.evidence.batch import Item, Manifest
from app.evidence.journal import GENESIS
from app.evidence.keyfile import cosigner
from app.evidence.lines import Chain
from app.evidence.means import S1
from app.evidence.merkle import root
from app.evidence.note import COSIGNATURE, Checkpoint, Signer, Verifier, cosign, open_note, sign
from app.evidence.suite import verifier_of
from app.evidence.tail import Frames, read_frames
from app.evidence.verify import verify
from app.study.archive import pack, unpack
from app.witness.asking import parsed, request, signed_by
from app.witness.keeper import Answer, Keeper
from tests.evidence.archive import ORIGIN, Made
from tests.evidence.calls import CENTRE
from tests.evidence.pen import EVERYBODY
from tests.evidence.tampering import write_lines

DEVICE, LOG = Signer(ORIGIN, b"\x01" * 32), Signer("central/log", b"\x05" * 32)
WITNESS = Signer("witness", b"\x03" * 32, COSIGNATURE)
POINT = Checkpoint(ORIGIN, 7, b"\x05" * 32)
NOTE = sign(POINT.text, DEVICE)
SEEN = cosign(sign(Checkpoint(LOG.name, 3, b"\x06" * 32).text, LOG), WITNESS, 1_700_000_000)
LINE = encode(
    {
        "v": 1,
        "seq": 0,
        "prev": GENESIS,
        "origin": ORIGIN,
        "wall": 1,
        "mono": 1,
        "boot": "b",
        "rehearsal": 0,
        "type": "x",
    }
)
FRAMES = Frames(bytes(16), bytes(16), "c1")
TAIL = b"".join(FRAMES.seal(b"a second of sound") for _ in range(3))
BATCH = Manifest(
    ORIGIN, 0, 7, "ab" * 32, (Item("cd" * 32, 12, "contact"), Item("ef" * 32, 2**40, "recording"))
)
SEALED = encrypt(b"sealed", [CENTRE.recipient], seeded("x"))
ASKED = request(3, [b"\x01" * 32, b"\x02" * 32], SEEN)
OFFER = encode({"v": 1, "start": 0, "lines": [LINE.decode()], "checkpoint": NOTE})
TOKENS = (
    b"\n",
    b"\n\n",
    b"\x00",
    b"\r\n",
    b" ",
    b"-1",
    b"0",
    b"9" * 25,
    b"{}",
    b"null",
    b"\xff",
    "—".encode(),
    b"=",
    b"+",
    b"1e9",
    b'"',
)


@st.composite
def nearly(draw: st.DrawFn, sample: bytes) -> bytes:
    """A sample with up to four things done to it."""
    data = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((0, 1, 2, 8, 40, 10**6))))
        data[at:end] = draw(
            st.sampled_from((*TOKENS, b"", bytes(data[at:end]) * 2, bytes(data[:40])))
            | st.binary(max_size=4)
            | st.just(bytes(byte ^ 1 for byte in data[at:end]))
        )
    return bytes(data)


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


READERS: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "a signed note": (NOTE.encode(), lambda data: open_note(data, [DEVICE.verifier])),
    "a signed note as text": (NOTE.encode(), lambda data: open_note(text(data), [DEVICE.verifier])),
    "a cosigned note": (SEEN.encode(), lambda data: open_note(data, [LOG.verifier, WITNESS.verifier])),
    "a checkpoint": (POINT.text.encode(), lambda data: Checkpoint.parse(text(data))),
    "a public key": (WITNESS.vkey.encode(), lambda data: Verifier.parse(text(data))),
    "a public key of any suite": (DEVICE.vkey.encode(), lambda data: verifier_of(text(data))),
    "a line": (LINE, decode),
    "the next line of a journal": (LINE, lambda data: Chain(ORIGIN).follow(data)),
    "frames of a tail": (TAIL, lambda data: list(read_frames(BytesIO(data), bytes(16), bytes(16), "c1"))),
    "a manifest": (BATCH.text.encode(), lambda data: Manifest.parse(text(data))),
    "an age header": (SEALED, lambda data: stanza.read(BytesIO(data), S1)),
    "an age header's size": (SEALED, lambda data: head_size(data, S1)),
    "an age file": (SEALED, lambda data: decrypt(data, [CENTRE])),
    "a study package": (pack({"manifest.note": NOTE.encode(), "study.toml": b"x = 1\n"}), unpack),
    "a question to a witness": (ASKED.encode(), lambda data: parsed(text(data))),
    "who asks a witness": (SEEN.encode(), lambda data: signed_by(text(data), LOG.verifier)),
    "lines for central": (OFFER, lambda data: joins(read_offer(data), [LINE], hexdigest(LINE))),
    "a workstation that introduces itself": (
        encode(
            {
                "v": 1,
                "code": "x",
                "device": "0a1b2c3d.1",
                "vkey": DEVICE.vkey,
                "recipient": str(CENTRE.recipient),
            }
        ),
        read_enrolment,
    ),
    "a request for a release": (
        Request(
            "tiny", "ab" * 8, "cd" * 32, CENTRE.recipient, 1_700_000_000_000, "ef" * 16, "why"
        ).text.encode(),
        lambda data: Request.parse(text(data)),
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_takes_its_own_sample(reader: str) -> None:
    sample, read = READERS[reader]
    assert read(sample) is not None


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60)  # for each of the readers
@given(data=st.data())
def test_what_is_nearly_right_is_taken_or_refused_in_words(reader: str, data: st.DataObject) -> None:
    sample, read = READERS[reader]
    with suppress(FangxinError):
        read(data.draw(nearly(sample)))


FILES = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FILES
@given(data=st.data())
def test_whatever_asks_a_witness_gets_an_answer(tmp_path: Path, data: st.DataObject) -> None:
    with Keeper.open(tmp_path / "witness", LOG.verifier, VirtualClock(1), seeded("w")) as keeper:
        assert isinstance(keeper.add_checkpoint(text(data.draw(nearly(ASKED.encode())))), Answer)


@FILES
@given(data=st.data())
def test_a_key_file_is_taken_or_refused_and_never_made_anew(tmp_path: Path, data: st.DataObject) -> None:
    secret, public = tmp_path / "key", tmp_path / "vkey"
    secret.write_bytes(data.draw(nearly(f"witness {'03' * 32}\n".encode())))
    public.write_bytes(f"{WITNESS.vkey}\n".encode())
    found = secret.read_bytes()
    with suppress(FangxinError):
        assert cosigner(secret, public, "The witness", "witness", seeded("x")) == WITNESS
    assert secret.read_bytes() == found


@FILES
@given(data=st.data())
def test_a_tails_size_is_told_without_a_key(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "tail"
    path.write_bytes(data.draw(nearly(TAIL)))
    assert 0 <= readable(path)[0] <= readable(path)[1]
    assert min(samples_in(0, path), samples_whole_in(0, path)) >= 0


@FILES
@given(data=st.data())
def test_lines_of_a_refused_branch_are_the_devices_or_are_not(tmp_path: Path, data: st.DataObject) -> None:
    lines = [LINE.replace(b'"seq":0', b'"seq":%d' % n) for n in range(4)]
    (tmp_path / "journal").write_bytes(b"".join(line + b"\n" for line in lines))
    kept, whole = tmp_path / "kept", b"".join(line.replace(b'"x"', b'"y"') + b"\n" for line in lines[2:])
    kept.write_bytes(data.draw(nearly(whole)))
    branched = [*lines[:2], *whole.split(b"\n")[:-1]]
    with suppress(FangxinError):
        assert branch(kept, tmp_path / "journal", Checkpoint(ORIGIN, 4, root(branched)), S1) == (3, 4, 0)


VALUES = (
    st.none() | st.integers(-9, 2**53 - 1) | st.text(max_size=9) | st.lists(st.integers(0, 3), max_size=2)
)
VALUES |= st.dictionaries(st.sampled_from(["a", "call"]), st.integers(0, 3), max_size=2)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_journal_that_is_whole_and_talks_nonsense_does_not_make_verify_stumble(
    untouched: Made, tmp_path: Path, data: st.DataObject
) -> None:
    """Who holds the device's key can write anything: lines that follow one another, with any value in any field."""
    shutil.rmtree(tmp_path / "archive", ignore_errors=True)
    shutil.copytree(untouched.archive, tmp_path / "archive")
    made = Made(untouched.workstation, tmp_path / "archive", untouched.calls)
    told = [decode(line) for line in made.lines]
    for _ in range(data.draw(st.integers(1, 4))):
        line = data.draw(st.sampled_from(told))
        line[data.draw(st.sampled_from(sorted(line)))] = data.draw(VALUES)
    write_lines(made, _chained(told))
    assert verify(made.archive, identities=EVERYBODY).text()


def _chained(told: list[dict[str, Value]]) -> list[bytes]:
    lines: list[bytes] = []
    for line in told:
        head = {"seq": len(lines), "prev": hexdigest(lines[-1]) if lines else GENESIS}
        with suppress(EvidenceError):
            lines.append(encode({**line, **head}))
    return lines


def test_saboteur_a_reader_that_lets_a_fault_of_python_through_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        READERS, "a checkpoint", (POINT.text.encode(), lambda data: int(data.split(b"\n")[1]))
    )
    with pytest.raises((ValueError, IndexError, ExceptionGroup)):
        test_what_is_nearly_right_is_taken_or_refused_in_words("a checkpoint")
