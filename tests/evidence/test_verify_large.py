"""Large archives: memory does not grow with the files, the check can be stopped at any moment, and the command says so."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.progress import Progress

from app.__main__ import main
from app.commands.invocation import bar
from app.evidence.audit.place import Eyes
from app.evidence.merkle import root
from app.evidence.verify import verify
from tests.evidence.archive import Made
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER

ROOT = Path(__file__).parents[2]
_CHILD = """
import json, resource, sys
from pathlib import Path
{sabotage}
from app.evidence.verify import verify
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
verdict = verify(Path(sys.argv[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"peak": peak, "bytes": verdict.counts["bytes"], "objects": verdict.counts["objects"]}}))
"""
_READS_WHOLE = """
from app.evidence.audit.place import Eyes
whole = Eyes.digest
Eyes.digest = lambda eyes, path, *stops: (path.read_bytes(), whole(eyes, path, *stops))[1]
"""


def checked(archive: Path, sabotage: str = "") -> dict[str, int]:
    """What a check in a process of its own, with 1 GiB of address space at most, needed. peak: KiB."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD.format(sabotage=sabotage), str(archive)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-500:]
    found: dict[str, int] = json.loads(done.stdout)
    return found


def sparse(archive: Path, size: int) -> None:
    """A file among the objects that takes no room on the disk; what its name says does not matter here."""
    with (archive / "objects" / ("a" * 64)).open("wb") as file:
        file.truncate(size)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")
def test_memory_is_the_same_for_a_file_larger_than_all_of_it(made: Made) -> None:
    sparse(made.archive, 3 << 20)
    small = checked(made.archive)
    sparse(made.archive, 3 << 29)
    large = checked(made.archive)
    assert large["bytes"] > 3 << 29
    assert abs(large["peak"] - small["peak"]) < 16 << 10
    with pytest.raises(AssertionError, match="MemoryError"):
        checked(made.archive, _READS_WHOLE)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them")
def test_memory_for_twenty_thousand_more_files_is_a_few_kilobytes_each(made: Made) -> None:
    before = checked(made.archive)
    for number in range(20_000):
        (made.archive / "objects" / f"{number:064x}").write_bytes(b"%d" % number)
    after = checked(made.archive)
    assert after["objects"] == before["objects"] + 20_000
    assert after["peak"] - before["peak"] < 20_000 * 4


def snapshot(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("after", [1, 5, 30])
def test_a_check_can_be_stopped_at_any_moment_and_leaves_nothing_behind(made: Made, after: int) -> None:
    heard, before = [], snapshot(made.archive)

    def stop(done: int, total: int) -> None:
        heard.append((done, total))
        if len(heard) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(made.archive, progress=stop)
    assert snapshot(made.archive) == before


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "en",
            "The check was stopped before its end: this is no verdict. Nothing was changed; run it again.\n",
        ),
        ("zh", "核验中途停止，没有得出结论。档案未作任何改动，请重新运行。\n"),
    ],
)
def test_ctrl_c_ends_the_command_with_one_sentence(
    made: Made, lang: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Eyes, "passed", stop)
    assert main(["verify", str(made.archive), "--lang", lang]) == 130
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"fangxin: {says}")


def test_the_bar_is_drawn_a_thousand_times_at_most_however_often_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(Progress, "update", lambda _, __, completed, total: drawn.append(completed))
    with bar("checking") as heard:
        for done in range(0, 100_000, 3):
            heard(done, 100_000)
        heard(100_000, 100_000)
    assert 900 < len(drawn) <= 1002
    assert (drawn[0], drawn[-1]) == (0, 100_000)


def test_the_work_ahead_is_told_in_full_and_done_in_the_end(made: Made) -> None:
    """Lines count more than sealed bytes: they take longer, and who looks at the time that is left should not despair of the first
    minute's."""
    heard: list[tuple[int, int]] = []
    verify(made.archive, progress=lambda *told: heard.append(told))
    (total,) = {of for _, of in heard}
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1] == (total, total)
    assert heard[-2][0] > total * 0.9, "what was read is what was announced"


# The command's options


def test_the_command_writes_a_certificate_with_the_carriers_and_the_witnesses_word(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cdr = tmp_path / "cdr.csv"
    cdr.write_text("被叫,开始时间,时长\n13900001111,2026-01-01 10:00:00,60\n", encoding="utf-8")
    page = tmp_path / "out" / "certificate.html"
    keys = [word for signer in (DEVICE, CENTRAL, PUBLISHER) for word in ("--key", signer.vkey)]
    words = [
        "verify",
        str(made.archive),
        *keys,
        "--cdr",
        str(cdr),
        "--certificate",
        str(page),
        "--lang",
        "zh",
    ]
    assert main(words) == 1
    assert "which no journal knows" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert "系统之外拨出的电话" in text
    assert DEVICE.vkey in text


def test_the_certificate_is_a_pdf_when_its_name_says_so(made: Made, tmp_path: Path) -> None:
    page = tmp_path / "certificate.pdf"
    assert main(["verify", str(made.archive), "--certificate", str(page)]) == 0
    assert page.read_bytes().startswith(b"%PDF")


def test_the_fingerprint_names_every_line_that_was_checked(made: Made) -> None:
    said = ""
    for journal in sorted(made.archive.glob("journals/*/journal.jsonl")):
        lines = journal.read_bytes().splitlines()
        said += f"{journal.relative_to(made.archive).as_posix()} {len(lines)} {root(lines).hex()}\n"
    assert verify(made.archive).fingerprint == hashlib.sha256(said.encode()).hexdigest()
    journal.write_bytes(journal.read_bytes().replace(b'"at":', b'"at":1', 1))
    assert verify(made.archive).fingerprint != hashlib.sha256(said.encode()).hexdigest()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--certificate", "certificate.doc"], ".html or .pdf"),
        (["--cdr-zone", "Beijing", "--cdr", "x.csv"], "no time zone"),
        (["--witness", "x.note"], "witness's own key is needed"),
        (["--lang", "fr"], "There are no words in"),
    ],
)
def test_what_was_asked_wrongly_is_said_before_anything_is_read(
    made: Made, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(made.archive), *words]) == 2
    assert says in capsys.readouterr().err
