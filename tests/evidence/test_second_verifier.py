"""A verifier that was written from formats.md alone agrees with ours: on what is good, and on every tampering that it is for."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.central.log import log_signer
from app.evidence.verify import verify
from tests.evidence.archive import Made, make
from tests.evidence.pen import CENTRAL, CENTRE, DEVICE, PUBLISHER
from tests.evidence.tampering import TAMPERINGS
from tests.witness.test_witnessed import WITNESS, cut_the_log, edit_the_log, rewritten_by_both, with_log

SECOND = Path(__file__).with_name("second_verifier.py")
OURS_ONLY = {
    # It reads no study packages, no key files but central's name, no unknown files, and does not say who handed what in.
    "publisher's key altered", "study altered", "study replaced", "study gone", "a manifest gone", "manifest altered",
    "the newest manifest gone", "device key altered", "central's key altered", "device key gone", "a checkpoint gone",
    "the newest checkpoint gone", "a receipt gone", "everything of a device gone", "the same with that key filed",
    "a second history", "central's key gone",
}  # fmt: skip


def second(made: Made, *options: str) -> subprocess.CompletedProcess[str]:
    keys = made.archive.parent / "keys.txt"
    signers = (DEVICE, CENTRAL, PUBLISHER, log_signer(CENTRAL))
    keys.write_text("".join(f"{signer.vkey}\n" for signer in signers))
    command = [sys.executable, "-I", str(SECOND), str(made.archive), str(keys), *options]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


def test_it_knows_nothing_of_ours() -> None:
    names = set()
    for node in ast.walk(ast.parse(SECOND.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    assert names <= sys.stdlib_module_names


def test_both_call_the_untouched_archive_good(made: Made) -> None:
    with_log(made)
    done = second(made)
    assert (done.returncode, done.stdout) == (0, "nothing was altered, and nothing is missing\n"), done.stderr
    assert verify(made.archive).ok


FEW = {
    "recording altered",
    "a line edited and the chain mended",
    "journal cut short",
    "interview gone",
    "receipt altered",
}
ALL = [
    pytest.param(name, marks=() if name in FEW else pytest.mark.long)
    for name in sorted(TAMPERINGS.keys() - OURS_ONLY)
]


@pytest.mark.parametrize("name", ALL)
def test_both_find_the_same_tampering(made: Made, name: str) -> None:
    with_log(made)
    TAMPERINGS[name][0](made)
    assert not verify(made.archive).ok
    done = second(made)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr, done.stderr


@pytest.mark.parametrize("deed", [rewritten_by_both, cut_the_log, edit_the_log])
def test_both_prove_from_a_witness_that_history_was_rewritten(
    made: Made, tmp_path: Path, deed: Callable[[Made], None]
) -> None:
    note = tmp_path / "sheet.txt"
    note.write_text(with_log(made), encoding="utf-8")
    assert second(made, "--witness", str(note), WITNESS.vkey).returncode == 0
    deed(made)
    if deed is rewritten_by_both:
        with_log(made, more=1)
        assert second(made).returncode == 0  # without the witness nobody can see it
    assert "since the witness saw it" in second(made, "--witness", str(note), WITNESS.vkey).stdout


@pytest.mark.parametrize("left", [0, 1, 2])
def test_both_miss_the_line_of_a_receipt_in_a_log_without_its_checkpoints(made: Made, left: int) -> None:
    with_log(made)
    path = made.archive / "log" / "entries.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:left]))
    shutil.rmtree(path.parent / "checkpoints")
    assert not verify(made.archive).completeness_ok
    assert "central's log does not say" in second(made).stdout


@pytest.mark.real
def test_both_find_an_insiders_answer(tmp_path: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("the program age is not installed")

    def lie(content: dict[str, list[dict[str, str]]]) -> None:
        content["trail"][0]["value"] = "10"

    identity = tmp_path / "centre.txt"
    identity.write_text(CENTRE.export() + "\n")
    good, lied = make(tmp_path / "good"), make(tmp_path / "lied", lie=lie)
    assert second(good, "--identity", str(identity)).returncode == 0
    assert "is not what was answered" in second(lied, "--identity", str(identity)).stdout
