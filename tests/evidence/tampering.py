"""What somebody may do to an archive: each tampering with the verdict that it must spoil and the rule that must name it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from app.canonical import decode, encode, hexdigest
from app.clock import seeded
from app.evidence import wav
from app.evidence.age import encrypt
from app.evidence.audit.verdict import Kind
from app.evidence.journal import GENESIS
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, Signer, sign
from app.evidence.verify import Verdict
from tests.evidence.archive import NAME, ORIGIN, Made, put, tiny_package
from tests.evidence.pen import CENTRE, DEVICE, LEAD

FORGER = Signer(DEVICE.name, b"\x66" * 32)
INTEGRITY, COMPLETENESS = Kind.INTEGRITY, Kind.COMPLETENESS
Tamper = Callable[[Made], object]
NOTES = f"journals/{NAME}"


def flip(path: Path, at: int = -3) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x04
    path.write_bytes(data)


def write_lines(made: Made, lines: list[bytes]) -> None:
    made.journal.write_bytes(b"".join(line + b"\n" for line in lines))


def chained(lines: list[dict[str, object]], *, numbered: bool = True) -> list[bytes]:
    """The lines with their chain made to fit: anybody can, it takes no key. numbered: from 0, without a hole."""
    made: list[bytes] = []
    for n, line in enumerate(lines):
        number = {"seq": n} if numbered else {}
        made.append(encode({**line, **number, "prev": hexdigest(made[-1]) if made else GENESIS}))
    return made


def edited(made: Made, number: int, **changes: object) -> None:
    """Change a line and make the chain fit again."""
    lines = [{**decode(line), **(changes if n == number else {})} for n, line in enumerate(made.lines)]
    write_lines(made, chained(lines, numbered=False))


def line_number(made: Made, kind: str) -> int:
    return next(n for n, line in enumerate(made.lines) if decode(line)["type"] == kind)


def swap_recordings(made: Made) -> None:
    one, other = (made.object("rec.close", "sha256", made.calls[name]) for name in ("finished", "silent"))
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def forged_recording() -> bytes:
    """Made with the public keys alone, which everybody has: age takes it for good."""
    return encrypt(wav.header() + bytes(wav.SECOND * 5), [CENTRE.recipient, LEAD.recipient], seeded("forger"))


def forged_in_place(made: Made) -> None:
    made.object("rec.close", "sha256", made.calls["finished"]).write_bytes(forged_recording())


def forged_beside(made: Made) -> None:
    forged = forged_recording()
    (made.archive / "objects" / hexdigest(forged)).write_bytes(forged)
    made.object("rec.close", "sha256", made.calls["finished"]).unlink()


def insert(made: Made, line: bytes, at: int) -> None:
    lines = made.lines
    write_lines(made, [*lines[:at], line, *lines[at:]])


def append_call(made: Made) -> None:
    """Lines at the end, well chained."""
    last = made.lines[-1]
    more = {**decode(last), "seq": len(made.lines), "prev": hexdigest(last)}
    write_lines(made, [*made.lines, encode(more)])


def resign(made: Made, signer: Signer) -> None:
    """Sign checkpoints over the lines as they are now. The forger has no key of central's and throws away what it signed."""
    for part in (f"{NOTES}/checkpoints", f"{NOTES}/receipts", "batches"):
        shutil.rmtree(made.archive / part)
    text = Checkpoint(ORIGIN, len(made.lines), root(made.lines)).text
    put(made.archive / NOTES / "checkpoints" / f"{len(made.lines):012}.note", sign(text, signer).encode())


def resigned(made: Made) -> None:
    edited(made, line_number(made, "outcome.commit"), outcome="21")
    resign(made, FORGER)


def resigned_with_filed_key(made: Made) -> None:
    resigned(made)
    put(made.archive / "devices" / f"{NAME}.vkey", FORGER.vkey.encode() + b"\n")


def older_copy(made: Made) -> None:
    """All that was there after the first sync; the sealed files were forgotten."""
    write_lines(made, made.lines[:30])
    for path in made.archive.rglob("000000000048.note"):
        path.unlink()


def only_the_older_journal(made: Made) -> None:
    write_lines(made, made.lines[:30])


def renamed_checkpoint(made: Made) -> None:
    folder = made.archive / NOTES / "checkpoints"
    (folder / "000000000030.note").rename(folder / "000000000031.note")


def other_devices_folder(made: Made) -> None:
    for part in ("journals", "batches"):
        (made.archive / part / NAME).rename(made.archive / part / "ffffffff.1")
    (made.archive / "devices" / f"{NAME}.vkey").rename(made.archive / "devices" / "ffffffff.1.vkey")


def second_history(made: Made) -> None:
    text = Checkpoint(ORIGIN, 40, b"\x09" * 32).text
    put(made.archive / NOTES / "forks" / "000000000040.0a0b0c0d.refused.note", sign(text, DEVICE).encode())


def in_the_place_of(kind: str, other: str) -> Tamper:
    """A note that the device and central did sign, put where one of another kind belongs."""
    return lambda made: shutil.copy(
        made.archive / other / "000000000048.note", made.archive / kind / "000000000048.note"
    )


def receipt_by_central_alone(made: Made) -> None:
    path = made.archive / NOTES / "receipts" / "000000000048.note"
    head, gap, lines = path.read_text(encoding="utf-8").rpartition("\n\n")
    path.write_text(head + gap + lines.splitlines(keepends=True)[1], encoding="utf-8")


def first_line_of_another_epoch(made: Made) -> None:
    edited(made, 0, epoch=2)


def of_another_program(made: Made) -> None:
    lines = [{**decode(line), "origin": ORIGIN.replace("fangxin", "other")} for line in made.lines]
    write_lines(made, chained(lines))


def shift_with_another_package(made: Made) -> None:
    edited(made, line_number(made, "shift.open"), study_sha="00" * 32)


def without(*parts: str) -> Tamper:
    def tamper(made: Made) -> None:
        for part in parts:
            path = made.archive / part
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return tamper


def without_object(kind: str, name: str, call: str) -> Tamper:
    return lambda made: made.object(kind, name, made.calls[call]).unlink()


def flipped(*parts: str) -> Tamper:
    return lambda made: flip(made.archive.joinpath(*parts))


def flipped_object(kind: str, name: str, call: str) -> Tamper:
    return lambda made: flip(made.object(kind, name, made.calls[call]), 4711 % 1900)


def linked(made: Made) -> None:
    path = made.object("rec.close", "sha256")
    path.rename(path.with_name("kept"))
    path.symlink_to("kept")


def behind_a_link(folder: str) -> Tamper:
    def tamper(made: Made) -> None:
        (made.archive / folder).rename(made.archive.parent / f"elsewhere-{folder}")
        (made.archive / folder).symlink_to(made.archive.parent / f"elsewhere-{folder}")

    return tamper


TAMPERINGS: dict[str, tuple[Tamper, Kind, str]] = {
    # a byte in every class of files
    "recording altered": (flipped_object("rec.close", "sha256", "finished"), INTEGRITY, "object.altered"),
    "remains altered": (flipped_object("rec.recovered", "age_sha256", "cut"), INTEGRITY, "object.altered"),
    "tail altered": (flipped_object("rec.recovered", "tail_sha256", "cut"), INTEGRITY, "object.altered"),
    "contact altered": (flipped_object("dial.start", "contact", "busy"), INTEGRITY, "object.altered"),
    "interview altered": (flipped_object("interview.close", "object", "second"), INTEGRITY, "object.altered"),
    "checkpoint altered": (flipped(NOTES, "checkpoints/000000000030.note"), INTEGRITY, "note.signature"),
    "receipt altered": (flipped(NOTES, "receipts/000000000030.note"), INTEGRITY, "note.signature"),
    "manifest altered": (flipped("batches", NAME, "000000000030.note"), INTEGRITY, "note.signature"),
    "device key altered": (flipped("devices", f"{NAME}.vkey"), INTEGRITY, "key.altered"),
    "central's key altered": (flipped("central.vkey"), INTEGRITY, "key.altered"),
    "publisher's key altered": (flipped("publisher.vkey"), INTEGRITY, "key.altered"),
    "study altered": (flipped("study", "tiny-1.study"), INTEGRITY, "study.altered"),
    "study replaced": (
        lambda made: put(made.archive / "study" / "tiny-1.study", tiny_package("#\n")[:-1]),
        INTEGRITY,
        "study.altered",
    ),
    # recordings
    "two recordings swapped": (swap_recordings, INTEGRITY, "object.altered"),
    "recording forged with public keys": (forged_in_place, INTEGRITY, "object.altered"),
    "forged recording under its own hash": (forged_beside, COMPLETENESS, "object.stray"),
    "recording behind a link": (linked, INTEGRITY, "file.link"),
    # something is gone
    "recording gone": (without_object("rec.close", "sha256", "finished"), COMPLETENESS, "object.absent"),
    "remains gone": (without_object("rec.recovered", "age_sha256", "cut"), COMPLETENESS, "object.absent"),
    "tail gone": (without_object("rec.recovered", "tail_sha256", "cut"), COMPLETENESS, "object.absent"),
    "contact gone": (without_object("dial.start", "contact", "silent"), COMPLETENESS, "object.absent"),
    "interview gone": (
        without_object("interview.close", "object", "finished"),
        COMPLETENESS,
        "object.absent",
    ),
    "journal gone": (without(f"{NOTES}/journal.jsonl"), COMPLETENESS, "journal.absent"),
    "everything of a device gone": (without(NOTES, "batches"), COMPLETENESS, "epoch.absent"),
    "a checkpoint gone": (
        without(f"{NOTES}/checkpoints/000000000030.note"),
        COMPLETENESS,
        "checkpoint.absent",
    ),
    "the newest checkpoint gone": (
        without(f"{NOTES}/checkpoints/000000000048.note"),
        COMPLETENESS,
        "checkpoint.absent",
    ),
    "all signed notes gone": (
        without(f"{NOTES}/checkpoints", f"{NOTES}/receipts", "batches"),
        INTEGRITY,
        "journal.unsigned",
    ),
    "a receipt gone": (without(f"{NOTES}/receipts/000000000030.note"), COMPLETENESS, "receipt.absent"),
    "the newest receipt gone": (
        without(f"{NOTES}/receipts/000000000048.note"),
        COMPLETENESS,
        "receipt.absent",
    ),
    "a manifest gone": (
        without(f"batches/{NAME}/000000000030.note"),
        COMPLETENESS,
        "manifest.absent",
    ),
    "the newest manifest gone": (
        without(f"batches/{NAME}/000000000048.note"),
        COMPLETENESS,
        "manifest.absent",
    ),
    "device key gone": (without(f"devices/{NAME}.vkey"), COMPLETENESS, "key.absent"),
    "central's key gone": (without("central.vkey"), COMPLETENESS, "central.unknown"),
    "study gone": (without("study/tiny-1.study"), COMPLETENESS, "study.absent"),
    # something is there that should not be
    "extra object": (
        lambda made: put(made.archive / "objects" / hexdigest(b"x"), b"x"),
        COMPLETENESS,
        "object.stray",
    ),
    "extra file among the objects": (
        lambda made: put(made.archive / "objects" / "call.wav", b"x"),
        COMPLETENESS,
        "object.stray",
    ),
    "lines added at the end": (append_call, INTEGRITY, "journal.unsigned"),
    "a line twice": (lambda made: insert(made, made.lines[7], 8), INTEGRITY, "line.order"),
    "a line of another journal": (
        lambda made: insert(made, made.lines[7].replace(b"/0a1b2c3d/1", b"/0a1b2c3e/1"), 8),
        INTEGRITY,
        "line.foreign",
    ),
    # the journal
    "journal cut short": (lambda made: write_lines(made, made.lines[:-4]), COMPLETENESS, "journal.cut"),
    "journal cut in a line": (
        lambda made: made.journal.write_bytes(made.journal.read_bytes()[:-9]),
        COMPLETENESS,
        "line.torn",
    ),
    "journal of an older day": (only_the_older_journal, COMPLETENESS, "journal.cut"),
    "older copy of everything but the objects": (older_copy, COMPLETENESS, "object.stray"),
    "a middle line gone": (
        lambda made: write_lines(made, made.lines[:12] + made.lines[13:]),
        COMPLETENESS,
        "line.hole",
    ),
    "a middle line gone, as integrity": (
        lambda made: write_lines(made, made.lines[:12] + made.lines[13:]),
        INTEGRITY,
        "journal.root",
    ),
    "the first line gone": (lambda made: write_lines(made, made.lines[1:]), COMPLETENESS, "line.hole"),
    "two lines swapped": (
        lambda made: write_lines(made, [*made.lines[:9], made.lines[10], made.lines[9], *made.lines[11:]]),
        INTEGRITY,
        "line.order",
    ),
    "a line edited": (
        lambda made: write_lines(made, [x.replace(b'"60"', b'"21"') for x in made.lines]),
        INTEGRITY,
        "line.chain",
    ),
    "a line edited and the chain mended": (lambda made: edited(made, 3, at=5), INTEGRITY, "journal.root"),
    "numbers altered": (lambda made: edited(made, 3, seq=9), INTEGRITY, "line.number"),
    "an outcome edited and signed with another key": (resigned, INTEGRITY, "note.signature"),
    "the same with that key filed": (resigned_with_filed_key, INTEGRITY, "key.differs"),
    "checkpoint under another name": (renamed_checkpoint, INTEGRITY, "note.foreign"),
    "a journal in another device's folder": (other_devices_folder, INTEGRITY, "journal.place"),
    "all journals behind a link": (behind_a_link("journals"), INTEGRITY, "file.link"),
    "all sealed files behind a link": (behind_a_link("objects"), INTEGRITY, "file.link"),
    "a study under another version's name": (
        lambda made: shutil.copy(
            made.archive / "study" / "tiny-1.study", made.archive / "study" / "tiny-2.study"
        ),
        INTEGRITY,
        "study.altered",
    ),
    "a second history": (second_history, INTEGRITY, "journal.fork"),
    "a manifest in a checkpoint's place": (
        in_the_place_of(f"{NOTES}/checkpoints", f"batches/{NAME}"),
        INTEGRITY,
        "note.foreign",
    ),
    "a receipt in a manifest's place": (
        in_the_place_of(f"batches/{NAME}", f"{NOTES}/receipts"),
        INTEGRITY,
        "note.foreign",
    ),
    "a receipt without the device's signature": (receipt_by_central_alone, INTEGRITY, "note.signature"),
    "a journal whose first line names another epoch": (
        first_line_of_another_epoch,
        INTEGRITY,
        "journal.origin",
    ),
    "a line whose time is no number": (
        lambda made: edited(made, 3, wall="noon"),
        INTEGRITY,
        "line.altered",
    ),
    "a journal of another program": (of_another_program, INTEGRITY, "journal.origin"),
    "a shift with another package": (shift_with_another_package, INTEGRITY, "study.differs"),
}


def named(verdict: Verdict, kind: Kind) -> set[str]:
    findings = verdict.integrity if kind is INTEGRITY else verdict.completeness
    return {finding.rule for finding in findings if finding.spoils}
