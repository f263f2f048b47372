"""A desk that has fallen silent is named: its calls are in no table, and nobody misses what is not there."""

from pathlib import Path

import pytest

from app.canonical import encode
from app.evidence.audit.place import JournalPlace
from app.results.heard import Heard, last_heard

NOW, QUIET = 1_772_000_000_000, 7_200_000


def journal(folder: Path, name: str, *walls: int, end: bytes = b"") -> JournalPlace:
    """A journal that central has. end: what stands behind its last line."""
    place = JournalPlace(name, folder / name, folder / "batches" / name)
    place.folder.mkdir()
    place.lines.write_bytes(b"".join(encode({"wall": wall}) + b"\n" for wall in walls) + end)
    return place


def test_the_longest_silent_desk_stands_first_and_one_that_never_spoke_before_it(tmp_path: Path) -> None:
    journals = [
        journal(tmp_path, "aaaaaaaa.1", NOW - 1000),
        journal(tmp_path, "bbbbbbbb.1", 5, NOW - QUIET - 1),
    ]
    assert last_heard(journals, {"cccccccc": 0}, NOW, QUIET) == (
        Heard("cccccccc", 0, silent=True),
        Heard("bbbbbbbb", NOW - QUIET - 1, silent=True),
        Heard("aaaaaaaa", NOW - 1000, silent=False),
    )


def test_a_round_with_the_pool_or_a_new_epoch_is_being_heard_of_too(tmp_path: Path) -> None:
    journals = [journal(tmp_path, "aaaaaaaa.1", 5), journal(tmp_path, "bbbbbbbb.1", 5)]
    journals.append(journal(tmp_path, "bbbbbbbb.2", NOW))
    assert {each.desk: each.wall for each in last_heard(journals, {"aaaaaaaa": NOW - 1}, NOW, QUIET)} == {
        "aaaaaaaa": NOW - 1,
        "bbbbbbbb": NOW,
    }


@pytest.mark.parametrize("end", [b'{"wall":17', b"\xff", b"x" * 100_000])
def test_a_line_that_is_still_being_written_is_not_taken(tmp_path: Path, end: bytes) -> None:
    (found,) = last_heard([journal(tmp_path, "aaaaaaaa.1", NOW, end=end)], {}, NOW, QUIET)
    assert found.wall == (NOW if len(end) < 1000 else 0)


def test_a_journal_without_a_line_and_one_of_no_known_desk_do_not_stop_the_report(tmp_path: Path) -> None:
    journals = [journal(tmp_path, "aaaaaaaa.1"), journal(tmp_path, "1", NOW)]
    assert last_heard(journals, {}, NOW, QUIET) == (Heard("aaaaaaaa", 0, silent=True),)
