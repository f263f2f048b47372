"""Handing a recording out: two roles ask, the journal tells, the receiver opens, and the sound is the very one that was sealed."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.canonical import decode
from app.centre_journal import journal_signer
from app.clock import VirtualClock, seeded
from app.custody import release as releasing
from app.custody.release import ReleaseRoom, request_for
from app.custody.request import Request, approve, check
from app.errors import EvidenceError, FangxinError, SealError, StorageError, UsageError
from app.evidence.age import Identity, decrypt
from app.evidence.note import Signer, Verifier
from app.evidence.seal import digests
from app.evidence.verify import verify
from tests.evidence.archive import Made, make
from tests.evidence.pen import CENTRE, LEAD, NOON, PUBLISHER, STRANGER
from tests.evidence.tampering import flip

WANG = Signer("analyst/wang", b"\x11" * 32)
ZHAO = Signer("analyst/zhao", b"\x12" * 32)
LI = Signer("supervisor/li", b"\x13" * 32)
OUTSIDER = Signer("supervisor/nobody", b"\x14" * 32)
COURT = Identity(seeded("the court")(32))
TRUSTED = [WANG.verifier, ZHAO.verifier, LI.verifier]
CLOCK = VirtualClock(NOON)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("released"))


def room(folder: Path, trusted: list[Verifier] = TRUSTED) -> ReleaseRoom:
    return ReleaseRoom(folder, journal_signer(PUBLISHER, "releases"), CLOCK, seeded("room"), trusted)


def asked(made: Made, *signers: Signer, call: str = "finished") -> str:
    receiver, reason = COURT.recipient, "申诉 2026-17, county court"
    note = request_for(made.archive, made.calls[call], receiver, reason, CLOCK, seeded(call)).text
    for signer in signers:
        note = approve(note, signer)
    return note


def lines(folder: Path) -> list[dict[str, object]]:
    return [decode(line) for line in (folder / "journal" / "journal.jsonl").read_bytes().splitlines()]


def test_the_receiver_opens_it_nobody_else_can_and_the_sound_is_the_sealed_one(
    made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "for-the-court.age"
    done = room(tmp_path / "log").release(asked(made, WANG, LI), made.archive, [CENTRE], out)
    assert [each.name for each in done.by] == ["analyst/wang", "supervisor/li"]
    sealed = made.object("rec.close", "sha256", made.calls["finished"])
    assert decrypt(out, [COURT]) == decrypt(sealed, [CENTRE])
    assert digests(out)[1] == made.line("rec.close", made.calls["finished"])["payload_sha256"]
    for other in (CENTRE, LEAD, STRANGER):
        with pytest.raises(SealError, match="None of the given keys"):
            decrypt(out, [other])


def test_the_journal_tells_who_asked_for_what_and_verify_reads_it(made: Made, tmp_path: Path) -> None:
    note = asked(made, WANG, LI)
    room(tmp_path).release(note, made.archive, [CENTRE], tmp_path / "out.age")
    first, wish, gone = lines(tmp_path)
    assert [first["type"], wish["type"], gone["type"]] == ["epoch.new", "release.request", "release.made"]
    assert (wish["call"], wish["receiver"]) == (made.calls["finished"], str(COURT.recipient))
    assert (wish["by"], wish["reason"]) == ("analyst/wang, supervisor/li", "申诉 2026-17, county court")
    assert gone["sha256"] == digests(tmp_path / "out.age")[0]
    seen = verify(tmp_path / "journal", keys=[journal_signer(PUBLISHER, "releases").verifier])
    assert seen.ok
    assert "line.unknown" not in {each.rule for each in (*seen.integrity, *seen.completeness)}
    kept = (tmp_path / "requests" / f"{wish['request']}.note").read_text(encoding="utf-8")
    assert check(kept, TRUSTED).request.id == wish["request"]


def refused(made: Made, folder: Path, note: str, says: str, *, trusted: list[Verifier] = TRUSTED) -> None:
    with pytest.raises(FangxinError, match=says):
        room(folder, trusted).release(note, made.archive, [CENTRE], folder / "out.age")
    assert not (folder / "out.age").exists()
    assert not (folder / "journal").exists()


@pytest.mark.parametrize(
    ("signers", "says"),
    [
        ([WANG], "signed by analyst/wang only"),
        ([WANG, ZHAO], "signed by analyst/wang, analyst/zhao only"),
        ([WANG, WANG], "signed by analyst/wang only"),
        ([WANG, OUTSIDER], "signed by analyst/wang only"),
        ([OUTSIDER], "Nobody whom we trust"),
        ([], "Nobody has signed this request yet"),
    ],
)
def test_without_two_roles_nothing_leaves(
    made: Made, tmp_path: Path, signers: list[Signer], says: str
) -> None:
    refused(made, tmp_path, asked(made, *signers), says)


def test_one_person_under_two_roles_is_one_person(made: Made, tmp_path: Path) -> None:
    again = Signer("supervisor/wang", WANG.seed)
    refused(made, tmp_path, asked(made, WANG, again), "only", trusted=[WANG.verifier, again.verifier])


def test_saboteur_that_counts_signatures_instead_of_roles_lets_two_analysts_do_it(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.custody.request.role_of", lambda name: name)
    with pytest.raises(pytest.fail.Exception):
        refused(made, tmp_path, asked(made, WANG, ZHAO), "only")


def test_a_request_whose_receiver_was_changed_after_signing_is_refused(made: Made, tmp_path: Path) -> None:
    note = asked(made, WANG, LI).replace(str(COURT.recipient), str(STRANGER.recipient))
    refused(made, tmp_path, note, "signature of analyst/wang is false")


def test_a_request_is_carried_out_once(made: Made, tmp_path: Path) -> None:
    note = asked(made, WANG, LI)
    room(tmp_path).release(note, made.archive, [CENTRE], tmp_path / "one.age")
    with pytest.raises(EvidenceError, match="carried out already"):
        room(tmp_path).release(note, made.archive, [CENTRE], tmp_path / "two.age")
    assert not (tmp_path / "two.age").exists()
    assert [line["type"] for line in lines(tmp_path)].count("release.request") == 1


def test_another_file_in_the_recordings_place_is_refused(tmp_path: Path) -> None:
    made = make(tmp_path / "touched")
    note = asked(made, WANG, LI)
    flip(made.object("rec.close", "sha256", made.calls["finished"]), -40)
    refused(made, tmp_path, note, "not the one that was asked for")
    with pytest.raises(EvidenceError, match="was altered"):
        asked(made)


def test_a_wrong_key_leaves_the_wish_in_the_journal_and_no_file(made: Made, tmp_path: Path) -> None:
    note = asked(made, WANG, LI)
    with pytest.raises(SealError):
        room(tmp_path).release(note, made.archive, [STRANGER], tmp_path / "out.age")
    assert not (tmp_path / "out.age").exists()
    assert [line["type"] for line in lines(tmp_path)] == ["epoch.new", "release.request"]
    room(tmp_path).release(note, made.archive, [CENTRE], tmp_path / "out.age")


def test_when_the_journal_cannot_be_written_nothing_leaves(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the saboteur of the order: with the wrapping before the line, a file would be there."""

    def full(*_: object, **__: object) -> None:
        raise StorageError("The disk is full")

    monkeypatch.setattr(releasing.Journal, "append", full)
    with pytest.raises(StorageError, match="full"):
        room(tmp_path).release(asked(made, WANG, LI), made.archive, [CENTRE], tmp_path / "out.age")
    assert not (tmp_path / "out.age").exists()


def test_when_the_second_line_cannot_be_written_the_file_is_taken_back_and_the_wish_stays_signed(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = releasing.Journal.append

    def full_in_the_end(journal: releasing.Journal, kind: str, /, **fields: Any) -> None:
        if kind == "release.made":
            raise StorageError("The disk is full")
        true(journal, kind, **fields)

    monkeypatch.setattr(releasing.Journal, "append", full_in_the_end)
    with pytest.raises(StorageError, match="full"):
        room(tmp_path).release(asked(made, WANG, LI), made.archive, [CENTRE], tmp_path / "out.age")
    assert not (tmp_path / "out.age").exists()
    assert [line["type"] for line in lines(tmp_path)] == ["epoch.new", "release.request"]
    assert (tmp_path / "journal" / "checkpoints" / "000000000002.note").exists()


def test_a_kill_at_any_moment_leaves_nothing_that_can_be_opened_and_no_line_tells_of(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the saboteur of the order: with the line after the file, what lies there before it could be opened."""
    true, out, before = releasing.Journal.append, tmp_path / "out.age", dict[str, bytes]()

    def killed_just_before(journal: releasing.Journal, kind: str, /, **fields: Any) -> None:
        before[kind] = out.read_bytes() if out.exists() else b""
        true(journal, kind, **fields)

    monkeypatch.setattr(releasing.Journal, "append", killed_just_before)
    room(tmp_path).release(asked(made, WANG, LI), made.archive, [CENTRE], out)
    assert before["release.request"] == b""
    for identity in (COURT, CENTRE):
        with pytest.raises(SealError):
            decrypt(before["release.made"], [identity])
    assert len(before["release.made"]) == out.stat().st_size, (
        "the disk has taken all but the header: it cannot be too full for that"
    )


def test_a_file_that_somebody_puts_at_the_chosen_place_meanwhile_stays_his(
    made: Made, tmp_path: Path
) -> None:
    out, random = tmp_path / "out.age", seeded("room")

    def meanwhile(size: int) -> bytes:
        out.write_bytes(b"thesis")
        return random(size)

    late = replace(room(tmp_path), entropy=meanwhile)
    with pytest.raises(StorageError, match="there already"):
        late.release(asked(made, WANG, LI), made.archive, [CENTRE], out)
    assert out.read_bytes() == b"thesis"
    assert [line["type"] for line in lines(tmp_path)] == ["epoch.new", "release.request"]


def test_a_recording_that_changed_while_it_was_wrapped_does_not_leave(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = releasing.rewrapped

    def another(path: Path, *rest: Any) -> AbstractContextManager[tuple[str, str]]:
        return true(made.object("rec.close", "sha256", made.calls["silent"]), *rest)

    monkeypatch.setattr(releasing, "rewrapped", another)
    with pytest.raises(EvidenceError, match="changed while it was being wrapped"):
        room(tmp_path).release(asked(made, WANG, LI), made.archive, [CENTRE], tmp_path / "out.age")
    assert not (tmp_path / "out.age").exists()


def test_nobody_signs_what_is_no_request() -> None:
    """Else one name could be had under a text that somebody makes a request of later, or under anything at all."""
    with pytest.raises(EvidenceError, match="not a request"):
        approve("I owe the bearer a thousand yuan\n", LI)


def test_a_file_that_is_there_is_not_written_over(made: Made, tmp_path: Path) -> None:
    (tmp_path / "out.age").write_bytes(b"thesis")
    with pytest.raises(StorageError, match="a file already"):
        room(tmp_path).release(asked(made, WANG, LI), made.archive, [CENTRE], tmp_path / "out.age")
    assert (tmp_path / "out.age").read_bytes() == b"thesis"


@pytest.mark.parametrize(("call", "says"), [("cut", "no closed recording"), ("0" * 16, "no such call")])
def test_what_cannot_be_released_is_told_before_anybody_signs(made: Made, call: str, says: str) -> None:
    with pytest.raises(EvidenceError, match=says):
        request_for(made.archive, made.calls.get(call, call), COURT.recipient, "why", CLOCK, seeded("x"))


def test_a_request_for_one_study_line_cannot_smuggle_a_second_line(made: Made) -> None:
    with pytest.raises(UsageError, match="one line"):
        request_for(made.archive, made.calls["finished"], COURT.recipient, "why\nage1…", CLOCK, seeded("x"))


def test_requests_are_read_strictly() -> None:
    good = Request("tiny", "0" * 16, "0" * 64, COURT.recipient, 1, "0" * 32, "why")
    assert Request.parse(good.text) == good
    for bad in (
        "",
        good.text.replace("v1", "v2"),
        good.text.replace("\n1\n", "\n01\n"),
        good.text + "more\n",
    ):
        with pytest.raises(EvidenceError, match="not a request"):
            Request.parse(bad)


@pytest.mark.parametrize("name", ["wang", "analyst/", "Analyst/wang", "analyst/wang/li"])
def test_a_signatory_without_a_role_cannot_sign(made: Made, name: str) -> None:
    with pytest.raises(UsageError, match="a role and a person"):
        approve(asked(made), Signer(name, b"\x15" * 32))
