"""Another suite can come: a study that names one is interviewed, journalled, sealed, signed and checked in it, and in nothing else.

The whole product works here in the suite SX (suite_sx.py): the desk, the line worker, the ledger, the check. Where any of them fell back
on S1, the hash, the cipher or the signature would be another one, and the check would say so.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import seeded
from app.errors import EvidenceError, SealError, StudyError
from app.evidence import merkle
from app.evidence.age import Identity, Reader, Recipient, encrypt
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.note import COSIGNATURE, Signer, Verifier, cosign, sign
from app.evidence.recording import Recorder, join, remains_of, tail_of
from app.evidence.rewrapping import rewrapped
from app.evidence.seal import digests
from app.evidence.suite import S1, verifier_of
from app.evidence.verify import Verdict, verify
from app.study.bundle import build, open_bundle
from app.study.model import Recipients
from app.workstation import open_workstation
from tests.desk_room import NOON, Room, source
from tests.desk_talk import answers, seat
from tests.evidence import suite_sx
from tests.evidence.pen import TENTH
from tests.evidence.suite_sx import SX, SX_MEANS, SXIdentity

CENTRE, LEAD, CONTACT = (SXIdentity(bytes([n]) * 32) for n in (1, 2, 3))
PUBLISHER = Signer("test/publisher", b"\x03" * 32, means=SX_MEANS)
CENTRAL = Signer("test/central", b"\x04" * 32, COSIGNATURE, SX_MEANS)
S1_CENTRE = Identity.generate(seeded("of the old suite"))


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    with suite_sx.known():
        yield


def package(folder: Path, **changes: object) -> Path:
    """The study, signed, in the suite SX."""
    told = {
        "version": source().version,
        "expires": NOON + 10**10,
        "recipients": Recipients(*((str(each.recipient),) for each in (CENTRE, LEAD, CONTACT))),
        "central_vkey": CENTRAL.vkey,
        "witness_vkeys": (),
        "signer": PUBLISHER,
        "out": folder / "sx.study",
        "suite": SX,
    }
    return build(source(), **{**told, **changes})  # type: ignore[arg-type]


def interviewed(folder: Path) -> Room:
    """A desk on which that study is installed, and a whole interview."""
    (folder / "desk").mkdir(parents=True)
    station = open_workstation(folder / "desk", Room(folder).clock, seeded("station"))
    station.install_study(package(folder).read_bytes(), PUBLISHER.verifier)
    station.store.close()
    room = seat(folder, answers())
    room.work(1)
    return room


def handed_in(room: Room, archive: Path) -> Path:
    """What a central of that suite has of it."""
    journal, name = room.ledger.journal, room.station.name
    checkpoint, objects = journal.checkpoint(), archive / "objects"
    objects.mkdir(parents=True)
    items = []
    for path in (*(room.folder / "objects").iterdir(), *(room.folder / "recordings").glob("*.age")):
        sha = SX_MEANS.hexdigest(path.read_bytes())
        shutil.copyfile(path, objects / sha)
        items.append(Item(sha, path.stat().st_size, "recording"))
    signer = replace(room.station.keys.signer, means=SX_MEANS)
    named = Manifest(
        journal.origin, 0, journal.size, checkpoint_hash(checkpoint, SX_MEANS), tuple(sorted(items))
    )
    for place, text in {
        f"journals/{name}/receipts": cosign(checkpoint, CENTRAL, 1),
        f"journals/{name}/checkpoints": checkpoint,
        f"batches/{name}": cosign(sign(named.text, signer), CENTRAL, 1),
        "devices": f"{signer.vkey}\n",
    }.items():
        (archive / place).mkdir(parents=True)
        file = f"{name}.vkey" if place == "devices" else f"{journal.size:012}.note"
        (archive / place / file).write_text(text, encoding="utf-8")
    shutil.copyfile(journal.path, archive / "journals" / name / "journal.jsonl")
    (archive / "central.vkey").write_text(f"{CENTRAL.vkey}\n")
    (archive / "publisher.vkey").write_text(f"{PUBLISHER.vkey}\n")
    shutil.copytree(room.folder / "study", archive / "study")
    return archive


def good(verdict: Verdict) -> None:
    spoiling = [each.rule for each in (*verdict.integrity, *verdict.completeness) if each.spoils]
    assert spoiling == ["log.absent"], "no central has run here"
    assert verdict.counts["interviews"] == 1
    assert verdict.counts["opened"] >= 3
    assert verdict.counts["answers"] > 12
    assert verdict.counts["receipts"] == 1


def test_an_interview_in_another_suite_from_the_dial_to_the_auditors_verdict(tmp_path: Path) -> None:
    room = interviewed(tmp_path)
    archive = handed_in(room, tmp_path / "archive")
    room.close()
    keys = [
        PUBLISHER.verifier,
        CENTRAL.verifier,
        verifier_of((archive / "devices" / f"{room.station.name}.vkey").read_text()),
    ]
    good(verify(archive, keys=keys, identities=[CENTRE, LEAD, CONTACT]))
    verdict = verify(room.folder, identities=[CENTRE, LEAD, CONTACT])
    assert [each.text() for each in (*verdict.integrity, *verdict.completeness) if each.spoils] == []


def test_nothing_of_the_first_suite_is_left_in_it(tmp_path: Path) -> None:
    """By hand, with SHA3-256 from the standard library: the chain, the tree, the names, the commitments, the sealed files."""
    room = interviewed(tmp_path)
    room.close()
    lines = room.ledger.journal.path.read_bytes().splitlines()
    said = [json.loads(line) for line in lines]
    for before, after in zip(lines, said[1:], strict=False):
        assert after["prev"] == hashlib.sha3_256(before).hexdigest()
    assert room.ledger.journal.root == merkle.root(lines, SX_MEANS.digest) != merkle.root(lines)
    by_type = {each["type"]: each for each in said}
    assert len(by_type["epoch.new"]["vkey"]) > 1700
    assert not list(room.folder.rglob("*.age.tail"))
    (recording,) = (room.folder / "recordings").glob("*.age")
    assert by_type["rec.close"]["sha256"] == hashlib.sha3_256(recording.read_bytes()).hexdigest()
    for path in (recording, *(room.folder / "objects").iterdir()):
        assert path.read_bytes().startswith(SX_MEANS.version)
        assert path == recording or path.name == hashlib.sha3_256(path.read_bytes()).hexdigest()
        with path.open("rb") as file, pytest.raises(SealError):
            Reader(file, [S1_CENTRE])


@pytest.mark.parametrize("piece", ["new", "cipher", "signature"])
def test_saboteur_a_product_that_falls_back_on_one_thing_of_the_first_suite_is_noticed(
    piece: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = interviewed(tmp_path)
    archive = handed_in(room, tmp_path / "archive")
    room.close()
    other = replace(SX_MEANS, **{piece: getattr(S1.means, piece)})
    lapsed = replace(SX, means=other)
    monkeypatch.setattr(suite_sx, "SX_MEANS", other)
    monkeypatch.setattr("app.evidence.suite._KNOWN", {"S1": S1, "SX": lapsed})
    verdict = verify(archive, identities=[CENTRE, LEAD, CONTACT])
    assert not verdict.integrity_ok


def test_what_a_crash_left_is_joined_and_what_was_closed_is_rewrapped_in_the_suite(tmp_path: Path) -> None:
    cut, whole = tmp_path / "cut.age", tmp_path / "whole.age"
    for path, finish in ((cut, False), (whole, True)):
        recorder = Recorder(path, "ab" * 8, [CENTRE.recipient], seeded("sx"), reserve_seconds=20)
        for _ in range(105):
            recorder.write(bytes(TENTH), bytes(TENTH))
        if finish:
            closed = recorder.close()
        else:
            recorder.abandon()
    left = remains_of(cut, SX_MEANS)
    assert left.age_sha256 == hashlib.sha3_256(cut.read_bytes()).hexdigest()
    assert join(cut, tail_of(cut), [CENTRE], call_id="ab" * 8) == 80_000
    with rewrapped(whole, [CENTRE], [LEAD.recipient], tmp_path / "again.age", seeded("again")):
        pass
    assert digests(tmp_path / "again.age", SX_MEANS)[1] == closed.payload_sha256
    assert join(tmp_path / "again.age", None, [LEAD], call_id="ab" * 8) == 84_000


# What is refused


def test_a_package_of_a_suite_that_this_version_does_not_know(tmp_path: Path) -> None:
    path = package(tmp_path, suite=replace(SX, means=replace(SX_MEANS, suite="S9")))
    with pytest.raises(StudyError, match="uses the suite S9"):
        open_bundle(path, trusted=[PUBLISHER.verifier], now=NOON)


def test_a_package_signed_with_a_key_of_another_suite(tmp_path: Path) -> None:
    weak = Signer("test/publisher", b"\x03" * 32)
    with pytest.raises(StudyError, match="suite"):
        open_bundle(package(tmp_path, signer=weak), trusted=[weak.verifier], now=NOON)


@pytest.mark.parametrize("role", ["centre", "lead", "contact"])
def test_a_recipient_of_another_suite_in_the_package(role: str, tmp_path: Path) -> None:
    mixed = Recipients(*((str(each.recipient),) for each in (CENTRE, LEAD, CONTACT)))
    mixed = replace(mixed, **{role: (*getattr(mixed, role), str(S1_CENTRE.recipient))})
    with pytest.raises(StudyError, match="keys in this study package"):
        open_bundle(package(tmp_path, recipients=mixed), trusted=[PUBLISHER.verifier], now=NOON)


def test_recipients_of_two_suites_for_one_file_leave_none(tmp_path: Path) -> None:
    both = [CENTRE.recipient, S1_CENTRE.recipient]
    with pytest.raises(SealError, match="different suites: S1, SX"):
        encrypt(b"answers", both, seeded("x"))
    with pytest.raises(SealError, match="different suites"):
        Recorder(tmp_path / "a.age", "ab" * 8, both, seeded("x"), reserve_seconds=1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_one_suite_is_none_of_the_other(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(encrypt(b"answers", [CENTRE.recipient], seeded("x")))
    theirs.write_bytes(encrypt(b"answers", [S1_CENTRE.recipient], seeded("x")))
    for path, identity in ((ours, S1_CENTRE), (theirs, CENTRE)):
        with path.open("rb") as file, pytest.raises(SealError):
            Reader(file, [identity])
    with (
        pytest.raises(SealError, match="different suites"),
        rewrapped(ours, [CENTRE], [S1_CENTRE.recipient], tmp_path / "out", seeded("x")),
    ):
        pass
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (S1.recipient, str(CENTRE.recipient)),
        (SX.recipient, str(S1_CENTRE.recipient)),
        (S1.identity, f"SX-SECRET-{'00' * 32}"),
        (SX.identity, S1_CENTRE.export()),
        (S1.verifier, PUBLISHER.vkey),
        (SX.verifier, Signer("old", bytes(32)).vkey),
    ],
)
def test_a_key_of_one_suite_is_no_key_of_the_other(parse: object, text: str) -> None:
    with pytest.raises((SealError, EvidenceError)):
        parse(text)  # type: ignore[operator]


def test_an_auditor_who_brings_keys_of_another_suite_is_told_so_and_nothing_is_judged(tmp_path: Path) -> None:
    room = interviewed(tmp_path)
    room.close()
    strangers: list[tuple[list[Verifier], list[object]]] = [
        ([Signer("old", bytes(32)).verifier], []),
        ([], [S1_CENTRE]),
    ]
    for keys, identities in strangers:
        with pytest.raises(EvidenceError, match="of the suite SX, but a key that you gave is of S1"):
            verify(room.folder, keys=keys, identities=identities)  # type: ignore[arg-type]


def test_a_version_without_the_suite_judges_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = interviewed(tmp_path)
    room.close()
    monkeypatch.setattr("app.evidence.suite._KNOWN", {"S1": S1})
    with pytest.raises(EvidenceError, match="suite SX, not S1"):
        verify(room.folder)


def test_the_key_of_a_signature_says_in_which_suite_it_is() -> None:
    assert verifier_of(PUBLISHER.vkey).means == SX_MEANS
    assert verifier_of(Signer("old", bytes(32)).vkey).means == S1.means
    with pytest.raises(EvidenceError, match="not a verifier key"):
        verifier_of("nobody+00000000+AAAA")
    assert Recipient.means == S1.means
