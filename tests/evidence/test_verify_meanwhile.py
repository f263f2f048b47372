"""Somebody is at work in the archive while it is checked: the check goes on to its end, accuses nobody, and does not call it good."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.evidence.audit import place
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import Made
from tests.evidence.pen import EVERYBODY

RECORDING, INTERVIEW = ("rec.close", "sha256", ""), ("interview.close", "object", "")
CONTACT, TAIL = ("dial.start", "contact", ""), ("rec.recovered", "tail_sha256", "")
REMAINS = ("rec.recovered", "age_sha256", "")


@pytest.fixture
def at_opening(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int, Callable[[], object]], None]:
    """Has something done just before a file is opened for the n-th time."""

    def at_opening(target: Path, number: int, deed: Callable[[], object]) -> None:
        opened, whole = [], Path.open

        def opening(path: Path, *arguments: Any, **more: Any) -> Any:
            if path == target:
                opened.append(path)
                if len(opened) == number:
                    deed()
            return whole(path, *arguments, **more)

        monkeypatch.setattr(Path, "open", opening)

    return at_opening


def spoiling(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.rule, each.at.file) for each in verdict.integrity if each.spoils}


@pytest.mark.parametrize(
    ("field", "number"),
    [
        *((field, 1) for field in (RECORDING, INTERVIEW, CONTACT, TAIL, REMAINS)),
        *((RECORDING, number) for number in (2, 3, 4)),
        *((INTERVIEW, number) for number in (2, 3)),
        *((CONTACT, number) for number in (2, 3)),
        *((TAIL, number) for number in (2, 3, 4)),
        *((REMAINS, number) for number in (2, 3)),
    ],
)
def test_a_file_that_goes_away_during_the_check_is_named_and_is_no_forgery(
    made: Made,
    field: tuple[str, str, str],
    number: int,
    at_opening: Callable[[Path, int, Callable[[], object]], None],
) -> None:
    gone = made.object(*field)
    at_opening(gone, number, gone.unlink)
    verdict = verify(made.archive, identities=EVERYBODY)
    assert not gone.exists(), "nobody opened it so often"
    assert spoiling(verdict) == {("file.changed", gone.relative_to(made.archive).as_posix())}
    assert "object.absent" in {each.rule for each in verdict.completeness} or number > 1


def test_a_study_package_that_goes_away_is_not_called_altered(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, listed = made.archive / "study" / "tiny-1.study", place.Eyes.files

    def gone(eyes: place.Eyes, folder: Path) -> Any:
        for path in listed(eyes, folder):
            if path == package:
                path.unlink()
            yield path

    monkeypatch.setattr(place.Eyes, "files", gone)
    verdict = verify(made.archive)
    assert spoiling(verdict) == {("file.changed", "study/tiny-1.study")}
    assert "study.absent" in {each.rule for each in verdict.completeness}


@pytest.mark.parametrize("where", ["archive", "workstation"])
def test_a_file_that_grows_while_it_is_read_is_not_called_a_forgery(
    made: Made, where: str, at_opening: Callable[[Path, int, Callable[[], object]], None]
) -> None:
    folder: Path = getattr(made, where)
    grown = (
        made.object(*RECORDING) if where == "archive" else folder / "recordings" / f"{made.calls['busy']}.age"
    )
    due: list[bytes] = []
    at_opening(grown, 1, lambda: due.append(b"more"))

    def heard(*_: int) -> None:
        """A block has been read."""
        if due:
            with grown.open("ab") as file:
                file.write(due.pop())

    verdict = verify(folder, progress=heard)
    assert spoiling(verdict) == {("file.changed", grown.relative_to(folder).as_posix())}
    assert not verdict.ok


def test_a_file_that_nobody_touches_and_that_was_altered_is_called_so(made: Made) -> None:
    altered = made.object(*RECORDING)
    with altered.open("ab") as file:
        file.write(b"more")
    assert ("object.altered", f"objects/{altered.name}") in spoiling(verify(made.archive))


def test_what_goes_away_while_the_work_is_counted_is_not_counted(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects, scan = made.archive / "objects", place.os.scandir
    sizes = sorted(path.stat().st_size for path in objects.iterdir())

    def late(folder: Path) -> Any:
        entries = list(scan(folder))
        if folder == objects and (objects / entries[0].name).exists():
            (objects / entries[0].name).unlink()
        return iter(entries)

    monkeypatch.setattr(place.os, "scandir", late)
    assert place.tree_size(objects) in {sum(sizes) - size for size in sizes}
