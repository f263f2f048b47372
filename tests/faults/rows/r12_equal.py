"""Row 12: a recording exchanged for one of exactly its length, another call's or one made from the public keys, and the journal edited to
fit: only where the recording was closed, or wherever it is told; by somebody without a key, with the device's, with central's too."""

from collections.abc import Callable
from pathlib import Path

from app.canonical import decode, encode, hexdigest
from app.evidence import wav
from app.evidence.age import encrypt
from app.evidence.audit.logged import Witnessed
from app.evidence.audit.place import head_size
from app.evidence.audit.verdict import Kind
from app.evidence.journal import GENESIS
from app.evidence.means import S1
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, sign
from app.evidence.verify import verify
from tests.evidence.archive import NAME, ORIGIN, Made, hand_in, make
from tests.evidence.pen import CENTRE, DEVICE, EVERYBODY, LEAD, Pen
from tests.evidence.tampering import named, write_lines
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r12_places import signed_again
from tests.witness.test_witnessed import WITNESS, with_log

_SIGNERS = ("nobody", "the device", "the device and central")
_DEPTHS = ("where it was closed", "wherever it is told")
_SOURCES = ("another call's", "made from the public keys")


def _two_alike(pen: Pen, archive: Path, calls: dict[str, str]) -> None:
    """Two calls of the same length, long enough for a mark."""
    pen.sign_in()
    for name in ("one", "other"):
        call = pen.dial(pen.id())
        call.speak(60)
        call.mark()
        call.speak(10)
        call.end("no_answer", "21")
        calls[name] = call.call
    pen.write("shift.close")
    hand_in(pen, archive)


def _told(made: Made, data: bytes, call: str) -> dict[str, dict[str, object]]:
    """What a journal would say of this recording, by kind of line."""
    mark = int(made.line("rec.mark", call)["bytes"])
    head = head_size(data, S1)
    return {
        "rec.open": {"header_sha256": hexdigest(data[:head])},
        "rec.mark": {"sha256": hexdigest(data[:mark])},
        "rec.close": {"sha256": hexdigest(data), "payload_sha256": hexdigest(data[head - 16 :])},
    }


def _in_its_place(case: Trial, made: Made, source: str) -> dict[str, dict[str, dict[str, object]]]:
    """Puts the recording there; returns what the edited journal says, by call and kind of line."""
    one, other = made.calls["one"], made.calls["other"]
    path, beside = (made.object("rec.close", "sha256", call) for call in (one, other))
    assert path.stat().st_size == beside.stat().st_size, "they are not of one length"
    if source == _SOURCES[0]:
        return {
            one: _told(made, beside.read_bytes(), other),
            other: _told(made, path.read_bytes(), one),
        }
    samples = int(made.line("rec.close", one)["samples"])
    sound = wav.header() + case.chance.randbytes(samples * 2)
    data = encrypt(sound, [CENTRE.recipient, LEAD.recipient], case.chance.randbytes)
    assert len(data) == path.stat().st_size, f"{len(data)} bytes instead of {path.stat().st_size}"
    path.unlink()
    path.with_name(hexdigest(data)).write_bytes(data)
    return {one: _told(made, data, one)}


def _edited(made: Made, told: dict[str, dict[str, dict[str, object]]], depth: str) -> None:
    kinds = ("rec.close",) if depth == _DEPTHS[0] else ("rec.open", "rec.mark", "rec.close")
    lines: list[bytes] = []
    for line in map(decode, made.lines):
        new = told.get(line.get("call", ""), {}).get(line["type"], {}) if line["type"] in kinds else {}
        prev = hexdigest(lines[-1]) if lines else GENESIS
        lines.append(encode({**line, **new, "prev": prev}))
    write_lines(made, lines)


def _nobody(_: Made) -> None:
    """The lines follow one another; nothing is signed."""


def _by_the_device(made: Made) -> None:
    for path in (made.archive / "journals" / NAME / "checkpoints").iterdir():
        size = int(path.stem)
        path.write_text(
            sign(Checkpoint(ORIGIN, size, root(made.lines[:size])).text, DEVICE), encoding="utf-8"
        )


def _by_both(made: Made) -> None:
    signed_again(made)
    with_log(made)


_SIGN: tuple[Callable[[Made], None], ...] = (_nobody, _by_the_device, _by_both)


def _exchanged(case: Trial) -> Seen:
    made = make(case.folder / "made", story=_two_alike)
    seen = with_log(made)
    assert verify(made.archive, identities=EVERYBODY).ok
    signer, depth = case.number % 3, _DEPTHS[case.number // 3 % 2]
    source = _SOURCES[case.number // 6 % 2]
    _edited(made, _in_its_place(case, made, source), depth)
    _SIGN[signer](made)
    said = {"signed again by": _SIGNERS[signer], "edited": depth, "source": source}
    rules = _rules(made)
    if signer < 2 or depth == _DEPTHS[0]:
        assert rules, f"{said}: not noticed"
        return {**said, "rules": ", ".join(sorted(rules))}
    told = _rules(made, Witnessed({"sheet": seen}, [WITNESS.verifier]))
    assert any(rule.startswith("witness.") for rule in told), f"{said}: the witness's sheet does not show it"
    return {**said, "rules": ", ".join(sorted(told)), "alone": ", ".join(sorted(rules)) or "nothing is wrong"}


def _rules(made: Made, brought: Witnessed | None = None) -> set[str]:
    verdict = verify(made.archive, identities=EVERYBODY, witnessed=brought)
    return {*named(verdict, Kind.INTEGRITY), *named(verdict, Kind.COMPLETENESS)}


def _heard(case: Trial) -> Seen:
    """The control: both keys, everything edited, and no sheet. Whatever opens is believed."""
    made = make(case.folder / "made", story=_two_alike)
    _edited(made, _in_its_place(case, made, _SOURCES[case.number % 2]), _DEPTHS[1])
    _by_both(made)
    assert _rules(made), "not noticed"
    return {}


ROWS = [
    Row("12.equal", "a recording exchanged for one of its length, the journal edited", _exchanged, 12, 60),
    Row(
        "12.equal.control",
        "the same with both keys, and no witness's sheet",
        _heard,
        2,
        4,
        control="not noticed",
    ),
]
