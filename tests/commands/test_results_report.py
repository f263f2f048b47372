"""`fangxin results report`: the index of a centre's own archive, and that nothing is counted which is not intact."""

import json
from pathlib import Path

import pytest

from app.commands import index
from app.custody import shares
from app.evidence.verify import verify
from tests.commands.conftest import Run
from tests.commands.report_room import archive_of, made, report, whole
from tests.evidence.archive import Made, put
from tests.evidence.pen import CENTRAL, CENTRE, PUBLISHER
from tests.evidence.tampering import append_call, flip

__all__ = ["made", "report", "whole"]


def notes(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


def test_the_index_is_what_one_reckons_by_hand(made: Made, report: Run, tmp_path: Path) -> None:
    """The city weighs its districts by their people: (178 × 75 + 170 × 90) / 348."""
    code, said, told = report("--json")
    assert (code, told) == (0, "")
    found = json.loads(said)
    assert {unit: score for unit, score in found["index"].items() if score} == {
        "4": "75.00",
        "1": "90.00",
        "city": f"{(178 * 75 + 170 * 90) / 348:.2f}",
    }
    assert found["city"]["n"] == 3
    assert {unit["code"]: unit["n"] for unit in found["units"] if unit["n"]} == {"1": 1, "4": 2}
    xuanhan = next(unit for unit in found["units"] if unit["code"] == "4")
    assert float(xuanhan["low"]) < 75 < float(xuanhan["high"])
    assert (found["calls"], found["scored"], found["rehearsal"]) == (4, 3, True)
    assert found["verified"]["ok"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.xlsx"]
    assert found["verified"]["fingerprint"] in notes(tmp_path / "out")


def test_numbers_that_were_never_dialled_count_in_the_rates(made: Made, report: Run) -> None:
    """Ten were accepted by the workstation, four were dialled; whoever knows better says so."""
    _, said, _ = report("--json")
    first = json.loads(said)
    assert (first["cases"], first["undialled"], first["rates"]["RR1"]) == (10, 6, "0.3000")
    _, said, _ = report("--json", "--released", "30", out="more")
    more = json.loads(said)
    assert (more["cases"], more["undialled"], more["rates"]["RR1"]) == (30, 26, "0.1000")


@pytest.mark.parametrize("keys", [(), ("--identity", "centre.key")])
def test_the_field_report_of_an_archive_has_the_rates_of_its_index(
    made: Made, fangxin: Run, keys: tuple[str, ...]
) -> None:
    """Until 11/2026 it left out what the workstations had taken and not dialled: RR1 was three of four, and in the index three of ten."""
    code, said, _ = fangxin("sample", "report", str(made.archive), *keys, "--json")
    assert code == 0
    assert json.loads(said)["rates"]["RR1"] == "0.300000"
    _, said, _ = fangxin("sample", "report", str(made.archive), *keys, "--released", "30", "--json")
    assert json.loads(said)["rates"]["RR1"] == "0.100000"


def test_where_nobody_wrote_down_how_many_were_handed_out_command_and_report_say_so(
    made: Made, fangxin: Run, tmp_path: Path
) -> None:
    bare = archive_of(tmp_path / "bare", handed_out=0)
    words = ("results", "report", str(bare.archive), "--identity", "centre.key")
    code, said, _ = fangxin(*words, "--out", "out", "--lang", "en")
    assert code == 0
    assert "How many numbers were handed out is not known here" in said
    assert "各种率因此可能偏高" in notes(tmp_path / "out")
    _, said, _ = fangxin(*words, "--out", "more", "--json")
    assert json.loads(said)["undialled"] is None


def test_an_interview_that_nobody_can_listen_to_whole_is_complete_and_not_in_the_index(
    made: Made, fangxin: Run, tmp_path: Path
) -> None:
    """One recording lost a side, one broke off: both count as answered, neither pulls the score, the report says so."""
    spoilt = archive_of(tmp_path / "spoilt", spoilt=True)
    words = ("results", "report", str(spoilt.archive), "--identity", "centre.key")
    code, said, _ = fangxin(*words, "--out", "out", "--json")
    assert code == 0
    found = json.loads(said)
    assert (found["calls"], found["scored"], found["uncovered"], found["index"]["4"]) == (7, 3, 2, "75.00")
    assert (found["cases"], found["rates"]["RR1"]) == (10, "0.5000")
    assert "另有2份完成的访问录音不完整，未计入指数" in notes(tmp_path / "out")


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("zh", ("宣汉县         2  75.0", "真实性：没有任何改动", "共 4 通电话，计入指数的访问 3 份")),
        (
            "en",
            ("Xuanhan County           2  75.0", "Integrity: nothing was altered", "4 calls; 3 interviews"),
        ),
    ],
)
def test_the_terminal_shows_verdict_index_and_files(
    made: Made, report: Run, lang: str, shown: tuple[str, ...]
) -> None:
    code, said, told = report("--lang", lang)
    assert (code, told) == (0, "")
    assert [words for words in (*shown, "report.html", "report.xlsx") if words not in said] == []


def test_a_report_is_never_written_over_and_nobody_is_asked_for_words_in_vain(
    made: Made, report: Run, tmp_path: Path
) -> None:
    assert report("--json")[0] == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    code, _, told = report("--split", ".", key="")
    assert code == 2
    assert told.startswith("fangxin: There is a report already (out/report.html)")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_two_custodians_words_open_it_where_the_key_is_split(made: Made, report: Run, tmp_path: Path) -> None:
    for sheet in shares.split(CENTRE, needed=2, of=3):
        put(tmp_path / f"sheet-{sheet.number}.txt", sheet.text.encode())
    sheets = ("--sheet", "sheet-1.txt", "--sheet", "sheet-3.txt")
    code, said, _ = report("--split", ".", *sheets, "--json", key="")
    assert code == 0
    assert json.loads(said)["index"]["4"] == "75.00"


# What is not intact


def test_of_an_altered_archive_nothing_is_counted_and_what_is_wrong_is_named(
    made: Made, report: Run, tmp_path: Path
) -> None:
    bad = made.object("interview.close", "object")
    flip(bad)
    code, said, told = report("--lang", "en")
    assert (code, said) == (1, "")
    assert bad.name in told
    assert "nothing is counted from it (archive)" in told
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_said_on_the_terminal_and_in_the_report(
    made: Made, report: Run, tmp_path: Path
) -> None:
    made.object("rec.close", "sha256").unlink()
    code, said, _ = report("--lang", "en")
    assert code == 1
    assert "Completeness: NOT COMPLETE" in said
    assert "Xuanhan County           2  75.0" in said
    assert "缺少应有的内容" in notes(tmp_path / "out")


def test_saboteur_unchecked_lines_would_be_counted(
    made: Made, report: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that anybody may have added: refused, and counted as soon as the check says that all is well."""
    clean = verify(made.archive, identities=[CENTRE])
    append_call(made)
    assert "under no signature" in report()[2]
    monkeypatch.setattr(index, "verify", lambda *_, **__: clean)
    assert report("--json")[0] == 0


def test_the_report_says_whose_keys_the_check_rests_on(made: Made, report: Run, tmp_path: Path) -> None:
    report("--json")
    assert "只用了档案自带的公钥" in notes(tmp_path / "out")
    code, _, told = report("--json", "--key", CENTRAL.vkey, "--key", PUBLISHER.vkey, out="more")
    assert (code, told) == (0, "")
    assert "只用了档案自带的公钥" not in notes(tmp_path / "more")
