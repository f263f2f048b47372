"""`fangxin results report` where there is no index to be had: said at once, with the place and what to do, and nothing is left behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.commands import index
from app.study.archive import pack, unpack
from tests.commands.conftest import Run
from tests.commands.report_room import archive_of, made, report, whole
from tests.evidence.archive import NAME, Made
from tests.evidence.pen import CENTRE

__all__ = ["made", "report", "whole"]
KEY, OUT = "--identity centre.key", "--out out"
GIVE = "Give central's folder"
PACKAGE = "The study package in this archive cannot be used"


def no_study(made: Made) -> None:
    next((made.archive / "study").glob("*.study")).unlink()


def no_weights(made: Made) -> None:
    """A package whose weights were never brought to 100."""
    path = next((made.archive / "study").glob("*.study"))
    files = unpack(path.read_bytes())
    files["study.toml"] = files["study.toml"].replace(b"weight = 30", b"weight = 20")
    path.write_bytes(pack(files))


def nothing(_: Made) -> None:
    """All is well with the archive."""


@pytest.mark.parametrize(
    ("spoil", "line", "code", "says"),
    [
        (nothing, f"nowhere {KEY} {OUT}", 1, f"There is nothing at this path (nowhere). {GIVE}"),
        (nothing, f"lead.key {KEY} {OUT}", 1, f"This is a file, not a folder (lead.key). {GIVE}"),
        (nothing, f". {KEY} {OUT}", 1, f"This is not an archive of Fangxin's (.). {GIVE}"),
        (
            nothing,
            f"archive/journals/{NAME} {KEY} {OUT}",
            1,
            f"One workstation's data, or one journal, is not the whole archive (archive/journals/{NAME}). {GIVE}",
        ),
        (no_study, f"archive {KEY} {OUT}", 1, f"There is no study package in this archive (archive). {GIVE}"),
        (
            no_weights,
            f"archive {KEY} {OUT}",
            1,
            f"{PACKAGE}: The weights of the aspects add up to 90, not to 100 (dazhou-2017-1.study, study.toml, aspects)",
        ),
        (nothing, f"archive {OUT}", 2, "No key was named. Give --identity, or --split"),
        (
            nothing,
            f"archive --identity lead.key {OUT}",
            1,
            f"None of the given private keys opens this study's interviews: they are sealed for {CENTRE.recipient} (archive). Give",
        ),
        (nothing, f"archive --identity lead.pub {OUT}", 1, "This is not an age private key"),
        (nothing, f"archive {KEY} --out lead.key", 1, "A file of this name is there already (lead.key)"),
        (nothing, f"archive {KEY} --out lead.key/x", 1, "Not a directory (lead.key/x)"),
        (nothing, f"archive {KEY} --out archive/x", 2, "Nothing is written into an archive (archive/x)"),
        (nothing, f"archive {KEY} {OUT} --draw x", 2, "There is no drawn sample in this folder (x)"),
        (
            nothing,
            f"archive {KEY} {OUT} --witness x",
            2,
            "The witness's own key is needed. Pass --witness-key",
        ),
    ],
)
def test_what_cannot_be_reported_on_is_said_before_anything_is_read(
    made: Made,
    fangxin: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Made], None],
    line: str,
    code: int,
    says: str,
) -> None:
    """Not after the hours that checking a large archive takes; and in Chinese to the end."""
    monkeypatch.setattr(index, "verify", None)
    spoil(made)
    before = sorted(tmp_path.rglob("*"))
    words = ("results", "report", *line.split())
    ended, said, told = fangxin(*words, "--lang", "en")
    assert (ended, said) == (code, "")
    assert says in told
    assert told.count("\n") == 1
    chinese = fangxin(*words, "--lang", "zh")[2]
    assert says.partition(" (")[0].partition(":")[0] not in chinese
    assert "。" in chinese
    assert sorted(tmp_path.rglob("*")) == before


def test_field_work_without_a_finished_interview_has_no_index(
    made: Made, fangxin: Run, tmp_path: Path
) -> None:
    refused = archive_of(tmp_path / "refused", outcome="39")
    words = ("results", "report", str(refused.archive), "--identity", "centre.key", "--out", "out")
    code, _, told = fangxin(*words, "--lang", "en")
    assert code == 1
    assert "nothing to reckon an index from: calls 4, interviews begun 3;" in told
    assert "fangxin sample report" in told
    assert "没有可以计入指数的访问：通话 4 通" in fangxin(*words, "--lang", "zh")[2]
    assert not (tmp_path / "out").exists()


def test_whoever_breaks_off_leaves_nothing_behind(
    made: Made, report: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ctrl_c(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "verify", ctrl_c)
    report()
    assert not (tmp_path / "out").exists()
