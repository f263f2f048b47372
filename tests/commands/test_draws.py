"""A draw through the command line, with everything that is done wrong in the room: one sentence, and nothing is promised in vain."""

import json
import re
from pathlib import Path

import pytest

from app.__main__ import main
from app.resources import resource
from tests.commands.conftest import Run
from tests.sample.test_beacon import THOUSAND

STUDY = str(resource("studies", "dazhou-2017"))
DICE = "2023733112815921112320237331128159211123"
ROUND = "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"


@pytest.fixture
def run(fangxin: Run) -> Run:
    """`sample COMMAND STUDY --keys keys --draws draws …` in a folder with keys."""
    fangxin("centre", "keygen", "keys")

    def once(command: str, *words: str, study: str = STUDY, draws: str = "draws") -> tuple[int, str, str]:
        return fangxin("sample", command, study, "--keys", "keys", "--draws", draws, *words)

    return once


def refused(done: tuple[int, str, str], *named: str) -> None:
    code, said, told = done
    assert code in (1, 2)
    assert said == ""
    assert told.startswith("fangxin: ")
    assert told.count("\n") == 1
    for each in named:
        assert each in told


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--n", "100000000"), "100000000 numbers cannot be drawn"),
        (("--n", "300", "--segments", "99999"), "99999 segments cannot be drawn"),
        (("--n", "300", "--name", "../evil"), '"../evil" is no name of a draw'),
        (("--n", "300", "--name", ""), "is no name of a draw"),
        (("--n", "300", "--beacon", "some round"), "is no drand round that can be checked"),
        (("--n", "300", "--dnc", "nowhere"), "There is no do-not-call list in this folder (nowhere)"),
        (("--n", "300", "--exclude", "barred.txt"), "barred.txt, line 2"),
    ],
)
def test_what_cannot_be_kept_is_not_committed_to(run: Run, more: tuple[str, ...], named: str) -> None:
    Path("barred.txt").write_text("13882800000\n138 8280 0001\n", encoding="utf-8")
    refused(run("commit", "--name", "w1", *more), named)
    assert not Path("draws").exists()
    assert not Path("evil").exists()


def test_where_a_round_was_named_no_dice_are_taken(run: Run) -> None:
    """Who saw the round's value and does not like it must not get out by rolling dice."""
    run("commit", "--name", "w1", "--n", "300", "--beacon", "quicknet 1000")
    refused(run("draw", "--name", "w1", "--public", DICE), "The drand round quicknet 1000 was named")
    assert run("draw", "--name", "w1", "--public", THOUSAND)[0] == 0


def test_where_dice_were_promised_no_round_is_taken(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    refused(run("draw", "--name", "w1", "--public", ROUND), "No drand round was named")


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("commit", ("--n", "300")),
        ("draw", ("--public", DICE)),
        ("audit", ("--secret", "secret.hex")),
        ("release", ("--url", "http://127.0.0.1:9", "--central", "x")),
        ("cells", ("--url", "http://127.0.0.1:9", "--central", "x")),
        ("admit", ("--url", "http://127.0.0.1:9", "--central", "x")),
    ],
)
def test_each_step_of_a_draw_speaks_the_language_that_it_is_asked_for(
    run: Run, command: str, more: tuple[str, ...]
) -> None:
    refused(run(command, *more, "--lang", "zh", study="nowhere"), "没有这个调查方案文件夹")
    refused(run(command, *more, "--lang", "en", study="nowhere"), "There is no study")
    refused(run(command, *more, "--lang", "fr"), 'There are no words in "fr"')


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("pick", "--db", "nowhere"), ("这里没有工作站的数据", "no workstation's data here")),
        (("why", "3f2a", "--db", "nowhere"), ("这里没有工作站的数据", "no workstation's data here")),
        (("report", "nowhere"), ("这个路径什么也没有", "nothing at this path")),
        (("dnc", "list", "nowhere", "--keys", "keys"), ("这个文件夹里没有禁拨名单", "no do-not-call list")),
    ],
)
def test_what_is_asked_of_a_queue_or_an_archive_is_answered_in_that_language_too(
    fangxin: Run, run: Run, words: tuple[str, ...], says: tuple[str, str]
) -> None:
    for lang, said in zip(("zh", "en"), says, strict=True):
        refused(fangxin("sample", *words, "--lang", lang), said)
    refused(fangxin("sample", *words, "--lang", "fr"), 'There are no words in "fr"')


def test_what_a_commitment_answers_is_said_in_that_language(run: Run) -> None:
    assert "请打印并签字：draws/w1/" in run("commit", "--n", "300", "--name", "w1", "--lang", "zh")[1]


@pytest.mark.parametrize("public", ["12", DICE[:39], DICE[:39] + "l", "\uff11" * 40, ROUND[:-1]])
def test_dice_that_were_typed_wrong(run: Run, public: str) -> None:
    run("commit", "--name", "w1", "--n", "300")
    refused(run("draw", "--name", "w1", "--public", public), "neither 40 or more dice digits")
    assert not Path("draws/w1/sample.csv").exists()


@pytest.mark.parametrize("name", ["record.json", "bundle.json"])
@pytest.mark.parametrize(
    "data", [b"", b"{}\n", b"[]\n", b"x", b"\xff\xfe", b'{"method":"fangxin-draw/v1","v":1}\n']
)
def test_an_audit_names_the_file_that_somebody_has_touched(run: Run, name: str, data: bytes) -> None:
    run("commit", "--name", "w1", "--n", "300")
    run("draw", "--name", "w1", "--public", DICE)
    path = Path("draws/w1") / name
    path.write_bytes(data)
    refused(run("audit", "--name", "w1", "--secret", "draws/w1/secret.hex", "--json"), f"draws/w1/{name}")


def test_a_number_of_another_kind_in_the_record_is_no_traceback(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    run("draw", "--name", "w1", "--public", DICE)
    path = Path("draws/w1/record.json")
    path.write_bytes(path.read_bytes().replace(f'"{DICE}"'.encode(), DICE[:12].encode()))
    refused(run("audit", "--name", "w1", "--secret", "draws/w1/secret.hex"), "record.json")


def test_the_draws_of_another_study_are_named_as_such(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    told = run("draw", "--name", "w1", "--public", DICE, study=str(resource("studies", "all-kinds")))
    refused(told, "fangxin/dazhou-2017", "all-kinds", "Name the study")


def test_what_is_not_drawn_yet_is_not_released(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    to = ("--url", "http://127.0.0.1:1", "--central", "keys/publisher.vkey")
    refused(run("release", "--name", "w1", *to), "This draw was not made yet (draws/w1)")


def test_central_addressed_wrongly(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    run("draw", "--name", "w1", "--public", DICE)
    to = ("--url", "central:12340", "--central", "keys/publisher.vkey")
    refused(
        run("release", "--name", "w1", *to), "no address of central's (central:12340)", "https://host:port"
    )


def test_asking_how_full_the_cells_are_makes_no_room_of_a_wrong_folder(run: Run) -> None:
    to = ("--url", "http://127.0.0.1:1", "--central", "keys/publisher.vkey")
    refused(run("cells", *to, draws="elsewhere"), "There is no such folder (elsewhere)")
    assert not Path("elsewhere").exists()
    Path("elsewhere").mkdir()
    refused(run("cells", *to, draws="elsewhere"), "The room's key is not in this folder (elsewhere)")
    assert not list(Path("elsewhere").iterdir())


def test_the_audit_in_json_is_one_document(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    run("draw", "--name", "w1", "--public", DICE)
    code, said, told = run("audit", "--name", "w1", "--secret", "draws/w1/secret.hex", "--json")
    assert (code, told) == (0, "")
    assert all(check["holds"] for check in json.loads(said))


def test_the_audit_shows_what_stands_on_the_signed_paper(run: Run) -> None:
    run("commit", "--name", "w1", "--n", "300")
    run("draw", "--name", "w1", "--public", DICE)
    _, said, _ = run("audit", "--name", "w1", "--secret", "draws/w1/secret.hex")
    paper = Path("draws/w1/paper.txt").read_text(encoding="utf-8")
    shown = re.search(r"signed paper: C ([0-9a-f]{64}), bundle ([0-9a-f]{64}), B ([0-9]+)", said)
    assert shown is not None
    assert all(value in paper for value in shown.groups()[:2])
    assert shown[3] == DICE


def test_where_everything_lies_in_its_place_the_secret_and_the_dice_are_enough(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """As design and handbook write it: in the folder of the centre's station, with one draw."""
    Path("secret.hex").write_text("ab" * 32, encoding="ascii")
    assert main(["sample", "commit", STUDY, "--n", "300", "--secret", "secret.hex"]) == 0
    assert main(["sample", "draw", STUDY, "--secret", "secret.hex", "--public", DICE]) == 0
    assert main(["sample", "audit", STUDY, "--secret", "secret.hex"]) == 0
    assert "FAILS" not in capsys.readouterr().out


def test_a_queue_is_looked_for_where_it_is_said_to_be(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "pick", "--db", "nowhere/store.db", "--now", "2026-11-27 10:00"]) == 2
    assert "no workstation's data here (nowhere/store.db)" in capsys.readouterr().err
    assert not Path("nowhere").exists()


def test_what_is_read_out_in_the_room_is_one_document_too(run: Run) -> None:
    _, said, _ = run("commit", "--name", "w1", "--n", "300", "--json")
    promised = json.loads(said)
    assert promised["print"] == ["draws/w1/paper.txt", "draws/w1/audit_draw.html"]
    assert promised["commitment"] in Path("draws/w1/paper.txt").read_text(encoding="utf-8")
    _, said, _ = run("draw", "--name", "w1", "--public", f"{DICE[:20]} {DICE[20:]}", "--json")
    assert json.loads(said) == {"public": DICE, "numbers": 300, "sample": "draws/w1/sample.csv"}
