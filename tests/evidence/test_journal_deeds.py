"""What somebody may do to a journal: change, leave out, cut, write anew. Each is refused, and the place named."""

import json
from pathlib import Path

import pytest

from app.canonical import encode
from app.errors import EvidenceError, StorageError
from app.evidence.checkpoints import Checkpoints
from app.evidence.journal import Chain, read
from app.evidence.note import Checkpoint, Signer, sign
from tests.evidence.journals import ORIGIN, SIGNER, begin, filled, lines_of, write_lines


def check_refused(folder: Path, says: str) -> None:
    with pytest.raises(EvidenceError, match=says) as caught:
        begin(folder).close()
    assert "journal" in str(caught.value)


def spoilt(lines: list[bytes], what: str) -> tuple[list[bytes], str]:
    """The lines after somebody was at them, and what must be said."""
    foreign = json.loads(lines[2]) | {"origin": "fangxin/other/0a1b2c3d/1"}
    newer = json.loads(lines[2]) | {"v": 2}
    match what:
        case "changed":
            return [
                *lines[:2],
                lines[2].replace(b"alerting", b"answered"),
                *lines[3:],
            ], "line 4.*does not follow"
        case "left out":
            return [*lines[:2], *lines[3:]], "line 3.*has the number 3, but 2"
        case "doubled":
            return [*lines[:3], lines[2], *lines[3:]], "line 4.*has the number 2, but 3"
        case "swapped":
            return [lines[0], lines[2], lines[1], *lines[3:]], "line 2.*has the number"
        case "foreign":
            return [*lines[:2], encode(foreign), *lines[3:]], "line 3.*another journal"
        case "newer":
            return [*lines[:2], encode(newer), *lines[3:]], "line 3.*kind that this version"
        case "blank":
            return [*lines[:2], b"", *lines[2:]], "line 3.*not canonical"
        case "spaced":
            return [*lines[:2], lines[2].replace(b",", b", ", 1), *lines[3:]], "line 3.*not canonical"
        case "zeroed":
            return [*lines[:2], bytes(len(lines[2])), *lines[3:]], "line 3.*not canonical"
        case _:
            return [*lines[:2], lines[2].replace(b'"mono":0,', b""), *lines[3:]], 'line 3.*no proper "mono"'


DEEDS = [
    "changed",
    "left out",
    "doubled",
    "swapped",
    "foreign",
    "newer",
    "blank",
    "spaced",
    "zeroed",
    "field gone",
]


@pytest.mark.parametrize("what", DEEDS)
def test_what_was_done_to_the_middle_is_found_and_the_line_named(tmp_path: Path, what: str) -> None:
    lines, says = spoilt(filled(tmp_path), what)
    write_lines(tmp_path, lines)
    place = says.partition(".*")
    with pytest.raises(EvidenceError, match=place[2]) as caught:
        begin(tmp_path).close()
    assert f"journal.jsonl, {place[0]})" in str(caught.value)
    with pytest.raises(EvidenceError, match=place[2]) as caught:
        list(read(tmp_path / "journal.jsonl"))
    assert f"journal.jsonl, {place[0]})" in str(caught.value)


def test_saboteur_without_the_chain_a_changed_line_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path, spoilt(filled(tmp_path), "changed")[0])
    monkeypatch.setattr(Chain, "_check", lambda chain, data: None)
    with pytest.raises(pytest.fail.Exception):
        check_refused(tmp_path, "does not follow")


def test_lines_cut_off_the_end_show_against_the_last_checkpoint(tmp_path: Path) -> None:
    lines = filled(tmp_path, checkpoint=True)
    write_lines(tmp_path, lines[:-1])
    check_refused(tmp_path, "has 4 lines, but this workstation signed a checkpoint over 5")


def test_a_journal_written_anew_shows_against_the_last_checkpoint(tmp_path: Path) -> None:
    filled(tmp_path, checkpoint=True)
    (tmp_path / "journal.jsonl").unlink()
    other = tmp_path / "other"
    filled(other, 7)
    write_lines(tmp_path, lines_of(other)[:3])
    check_refused(tmp_path, "signed a checkpoint")
    with begin(tmp_path / "third") as journal:
        for n in range(6):
            journal.append("line", call="forged", at=n)
    write_lines(tmp_path, lines_of(tmp_path / "third"))
    check_refused(tmp_path, "not what its own checkpoint says")


def test_saboteur_without_the_checkpoint_a_cut_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path, filled(tmp_path, checkpoint=True)[:-1])
    monkeypatch.setattr(Checkpoints, "newest", lambda _: None)
    with pytest.raises(pytest.fail.Exception):
        check_refused(tmp_path, "signed a checkpoint")


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        sign(Checkpoint(ORIGIN, 5, bytes(32)).text, Signer("stranger", b"\x02" * 32)),
        sign(Checkpoint(ORIGIN, 4, bytes(32)).text, SIGNER),
        sign(Checkpoint("fangxin/other/0a1b2c3d/1", 5, bytes(32)).text, SIGNER),
        sign("no checkpoint\n", SIGNER),
    ],
)
def test_a_checkpoint_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    filled(tmp_path, checkpoint=True)
    (tmp_path / "checkpoints" / "000000000005.note").write_text(text)
    with pytest.raises(EvidenceError, match=r"000000000005\.note"):
        begin(tmp_path)


def test_the_journal_of_another_device_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(EvidenceError, match="another journal"):
        begin(tmp_path, origin="fangxin/dazhou-2017/0a1b2c3d/2")


def test_a_flood_without_newlines_does_not_fill_the_memory(tmp_path: Path) -> None:
    filled(tmp_path)
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"x" * 3_000_000)
    check_refused(tmp_path, "far too long")
    with pytest.raises(EvidenceError, match="line 6"):
        list(read(tmp_path / "journal.jsonl"))


def test_a_journal_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not there"):
        list(read(tmp_path / "journal.jsonl"))
