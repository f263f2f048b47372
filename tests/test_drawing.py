"""A draw from its commitment to an audit by somebody who shares no code with us."""

import ast
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import VirtualClock, seeded
from app.drawing import DrawRoom, commitments, draws_signer
from app.errors import StorageError, StudyError
from app.evidence.note import Signer
from app.evidence.verify import verify
from app.resources import resource
from app.sample.draw import Bundle, exclusion_digest, stage_one
from app.sample.frame import load_frame
from app.sample.listing import ListFrame, read_listing

FRAME_FILES = sorted(resource("studies", "dazhou-2017", "frame").glob("*.csv"))
FRAME = load_frame(FRAME_FILES)
SECRET = bytes(range(32))
DICE = "2023733112815921112320237331128159211123"
VECTORS = Path(__file__).parent / "vectors" / "sampling" / "sampling.json"
BARRED = ["16000520000", "16000520001"]


def room(folder: Path) -> DrawRoom:
    entropy = seeded("draws")
    return DrawRoom(
        folder,
        "dazhou-2017",
        draws_signer(Signer("centre", entropy(32))),
        VirtualClock(1_790_000_000_000),
        entropy,
    )


def bundle(segments: int = 0) -> Bundle:
    return Bundle(
        "dazhou-2017", 1, FRAME.digest, 600, 250, exclusion_digest(SECRET, BARRED), "test", segments
    )


def script(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "barred.txt").write_text("\n".join(BARRED), encoding="ascii")
    words = [str(folder / "w1"), str(folder / "w1" / "secret.hex"), *map(str, FRAME_FILES)]
    command = [
        sys.executable,
        "-I",
        str(resource("audit_draw.py")),
        *words,
        "--exclude",
        str(folder / "barred.txt"),
    ]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("segments", [0, 5])
def test_the_sample_is_what_secret_and_dice_fix_and_anybody_can_recompute_it(
    tmp_path: Path, segments: int
) -> None:
    draws = room(tmp_path)
    draws.commit("w1", bundle(segments), SECRET)
    assert draws.draw("w1", FRAME, DICE, BARRED) == 600
    assert all(checked.holds for checked in draws.audit("w1", FRAME, SECRET, BARRED))
    independent = script(tmp_path, "--is", BARRED[0])
    assert independent.returncode == 0, independent.stdout + independent.stderr
    assert f"number  {BARRED[0]}: excluded" in independent.stdout


def test_a_number_put_in_by_hand_is_found_by_both(tmp_path: Path) -> None:
    """Saboteur: a sample that was touched must fail."""
    draws = room(tmp_path)
    draws.commit("w1", bundle(), SECRET)
    draws.draw("w1", FRAME, DICE, BARRED)
    sample = tmp_path / "w1" / "sample.csv"
    lines = sample.read_text(encoding="utf-8").splitlines()
    lines[5] = "16000529999" + lines[5][11:]
    sample.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [c.what for c in draws.audit("w1", FRAME, SECRET, BARRED) if not c.holds] == [
        "numbers, tickets and replicates are the drawn ones"
    ]
    assert script(tmp_path).returncode == 1


def test_a_draw_made_anew_and_put_in_its_place_does_not_show_the_commitment_on_the_signed_paper(
    tmp_path: Path,
) -> None:
    """Its record fits its secret, so every check holds: the paper alone, which the supervisors keep, tells it apart."""
    honest, forged = room(tmp_path / "honest"), room(tmp_path)
    honest.commit("w1", bundle(), SECRET)
    signed = (tmp_path / "honest" / "w1" / "paper.txt").read_text(encoding="utf-8")
    other = bytes(range(32, 64))
    forged.commit("w1", replace(bundle(), exclusions=exclusion_digest(other, BARRED)), other)
    forged.draw("w1", FRAME, DICE, BARRED)
    said = script(tmp_path)
    assert said.returncode == 0
    made = forged.published("w1")
    for value in (made.commitment, made.bundle):
        assert value in said.stdout
        assert value not in signed
    assert f"B {DICE}" in said.stdout


def test_another_secret_another_frame_or_another_list_is_refused(tmp_path: Path) -> None:
    draws = room(tmp_path)
    draws.commit("w1", bundle(), SECRET)
    smaller = replace(FRAME, segments=FRAME.segments[:-1])
    with pytest.raises(StudyError, match="not the one that was frozen"):
        draws.draw("w1", smaller, DICE, BARRED)
    with pytest.raises(StudyError, match="do-not-call list"):
        draws.draw("w1", FRAME, DICE, [])
    with pytest.raises(StudyError, match="neither 40"):
        draws.draw("w1", FRAME, "1234", BARRED)


def test_a_second_draw_needs_a_second_commitment_and_both_stay(tmp_path: Path) -> None:
    draws = room(tmp_path)
    draws.commit("w1", bundle(), SECRET)
    draws.draw("w1", FRAME, DICE, BARRED)
    with pytest.raises(StudyError, match="made already"):
        draws.draw("w1", FRAME, DICE[::-1], BARRED)
    with pytest.raises(StorageError, match="of this name"):
        draws.commit("w1", bundle(), SECRET)
    other = bytes(32)
    draws.commit("w2", replace(bundle(), exclusions=exclusion_digest(other, BARRED)), other)
    known = commitments(tmp_path / "journal" / "journal.jsonl")
    assert len({line["commitment"] for line in known}) == 2


def test_the_paper_says_what_is_signed(tmp_path: Path) -> None:
    committed = room(tmp_path).commit("w1", bundle(), SECRET)
    paper = (tmp_path / "w1" / "paper.txt").read_text(encoding="utf-8")
    assert committed in paper
    assert bundle().digest in paper
    assert SECRET.hex() not in paper
    assert (tmp_path / "w1" / "secret.hex").stat().st_mode & 0o777 == 0o600


def test_the_auditors_script_is_printed_with_the_paper_and_fits_on_one_page(tmp_path: Path) -> None:
    """A4 less 9 mm around: 544 × 791 points. 6.3 points Courier are 3.78 wide, the lines 7.2 apart."""
    table = {"table": "segments.csv", "date": "2026-10", "sha256": "ab" * 32}
    room(tmp_path).commit("w1", bundle(), SECRET, [table])
    place = tmp_path / "w1"
    lines = (place / "audit_draw.py").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) * 3.78 < 544
    assert (len(lines) + 2) * 7.2 < 791
    paper, page = ((place / name).read_text(encoding="utf-8") for name in ("paper.txt", "audit_draw.html"))
    digest = hashlib.sha256((place / "audit_draw.py").read_bytes()).hexdigest()
    assert digest in paper
    assert digest in page
    assert "segments.csv (2026-10)" in paper
    committed = commitments(tmp_path / "journal" / "journal.jsonl")[0]
    assert (committed["script"], committed["tables"]) == (digest, [table])


def test_a_beacons_round_is_named_before_it_is_out_or_not_taken(tmp_path: Path) -> None:
    """Saboteur: who may choose among rounds afterwards tries until the draw pleases."""
    beacon = json.loads(VECTORS.read_text(encoding="utf-8"))["drand"][0]
    assert hashlib.sha256(bytes.fromhex(beacon["signature"])).hexdigest() == beacon["randomness"]
    draws = room(tmp_path)
    draws.commit("w1", bundle(), SECRET)
    with pytest.raises(StudyError, match="No drand round was named"):
        draws.draw("w1", FRAME, beacon["randomness"], BARRED)
    assert not (tmp_path / "w1" / "sample.csv").exists()
    other = bytes(32)
    named = replace(bundle(), exclusions=exclusion_digest(other, BARRED))
    draws.commit("w2", named, other, beacon="quicknet 657413")
    assert "quicknet 657413" in (tmp_path / "w2" / "paper.txt").read_text(encoding="utf-8")
    for told, why in (
        (beacon["randomness"], "96 hex digits, this has 64"),
        (DICE, "96 hex digits"),  # the beacon displeased: nobody goes back to the dice
        (
            "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
            "round 657413",
        ),
    ):
        with pytest.raises(StudyError, match=why):
            draws.draw("w2", FRAME, told, BARRED)
    assert not (tmp_path / "w2" / "record.json").exists()
    assert draws.draw("w2", FRAME, beacon["signature"], BARRED) == 600
    assert draws.randomness("w2") == beacon["randomness"]
    assert all(each.holds for each in draws.audit("w2", FRAME, other, BARRED))
    (tmp_path / "w2" / "beacon.txt").unlink()
    fallen = [each.what for each in draws.audit("w2", FRAME, other, BARRED) if not each.holds]
    assert fallen == ["the drand round is the one that was named, and signed by the beacon"]


def test_a_beacon_whose_signature_nobody_here_can_check_is_not_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no drand round that can be checked"):
        room(tmp_path).commit("w1", bundle(), SECRET, beacon="the lottery of Friday")
    assert not (tmp_path / "w1").exists()


def test_the_script_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(resource("audit_draw.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_the_journal_of_draws_is_checked_like_any_other(tmp_path: Path) -> None:
    draws = room(tmp_path)
    draws.commit("w1", bundle(), SECRET)
    draws.draw("w1", FRAME, DICE, BARRED)
    verdict = verify(tmp_path / "journal", keys=[draws.signer.verifier])
    assert verdict.integrity_ok, verdict.text()
    journal = tmp_path / "journal" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"draw.commit", b"draw.omitit"))
    assert not verify(tmp_path / "journal", keys=[draws.signer.verifier]).integrity_ok


def test_people_on_a_list_are_drawn_and_audited_like_numbers(tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    rows = [f"1388280{n:04},{n % 3}" for n in range(400)]
    path.write_text("number,unit\n" + "\n".join(rows) + "\n", encoding="utf-8")
    listing, report = read_listing(path, SECRET)
    assert report.taken == 400
    frame = ListFrame(listing, SECRET)
    draws = room(tmp_path)
    draws.commit("w1", Bundle("dazhou-2017", 1, frame.digest, 120, 120, "", "test"), SECRET)
    assert draws.draw("w1", frame, DICE) == 120
    assert all(checked.holds for checked in draws.audit("w1", frame, SECRET))
    words = [
        sys.executable,
        "-I",
        str(resource("audit_draw.py")),
        str(tmp_path / "w1"),
        str(tmp_path / "w1" / "secret.hex"),
        str(path),
    ]
    done = subprocess.run([*words, "--is", "13882800000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = draws.release("w1", 1, frame)
    assert {case.unit for case in cases} == {"0", "1", "2"}
    assert [case.id for case in draws.release("w1", 1, frame)] == [case.id for case in cases]
    path.write_text(
        path.read_text(encoding="utf-8").replace("13882800007,1", "13882800007,2"), encoding="utf-8"
    )
    altered, _ = read_listing(path, SECRET)
    assert not all(checked.holds for checked in draws.audit("w1", ListFrame(altered, SECRET), SECRET))
    with pytest.raises(StudyError, match="no segments"):
        stage_one(frame, SECRET, 3)
