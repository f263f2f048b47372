"""The do-not-call list on the centre's command line, from a typed number to the draw and a desk's `sample why`."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main
from app.centre import Centre
from app.clock import VirtualClock, seeded
from app.do_not_call import DoNotCall, number_key
from app.queue_people import Bar
from app.resources import resource
from tests.desk_room import Room

DICE = "20237331128159211123" * 2
WHO = ("--by", "督导01", "--reason", "来信要求")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    Centre.generate("test/publisher", seeded("office")).write(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def run(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    def ran(*words: str, talks: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(talks))
        code = main(["sample", *words, "--keys", str(keys)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def test_a_number_is_typed_and_only_its_hash_is_kept(run: Run, tmp_path: Path, keys: Path) -> None:
    folder = str(tmp_path / "dnc")
    code, told, _ = run("dnc", "add", folder, *WHO, "--lang", "zh", talks="１３８ 8280-0001\n")
    assert (code, "1 个号码中有 1 个已列入禁拨名单" in told) == (0, True)
    code, told, _ = run("dnc", "list", folder, "--json")
    (entry,) = json.loads(told)["entries"]
    hashed = number_key(Centre.read(keys).publisher)
    assert (entry["key"], entry["barred"], entry["by"], entry["reason"]) == (
        hashed("13882800001"),
        1,
        "督导01",
        "来信要求",
    )
    assert all(b"13882800001" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    code, _, _ = run("dnc", "remove", folder, *WHO, talks="13882800001\n")
    assert run("dnc", "list", folder)[1].startswith(f"- {hashed('13882800001')[:12]}")


@pytest.mark.parametrize("text", ["12345\n", "\n\n", "abc\n"])
def test_what_is_no_number_is_not_taken(run: Run, tmp_path: Path, text: str) -> None:
    code, _, told = run("dnc", "add", str(tmp_path / "dnc"), *WHO, talks=text)
    assert code != 0
    assert "Traceback" not in told
    assert not (tmp_path / "dnc").exists()


def test_a_file_with_a_wrong_row_is_named_by_its_line_and_nothing_is_taken(run: Run, tmp_path: Path) -> None:
    table, folder = tmp_path / "old.txt", str(tmp_path / "dnc")
    table.write_text("138 8280 0001\n1.39E+10\n\n13882800002\n", encoding="utf-8")
    code, _, told = run("dnc", "import", folder, str(table), *WHO)
    assert (code != 0, "line 2" in told, "1.39" in told) == (True, True, False)
    assert not (tmp_path / "dnc").exists()
    table.write_text("138 8280 0001\n13882800001\n13882800002\n", encoding="utf-8")
    assert run("dnc", "import", folder, str(table), *WHO)[0] == 0
    assert run("dnc", "list", folder)[1].count("+ ") == 2


def test_the_draw_leaves_out_who_was_on_the_list_at_the_commitment(run: Run, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(resource("studies", "dazhou-2017"), study)
    folder = str(tmp_path / "dnc")
    common = (str(study), "--draws", str(tmp_path / "draws"))

    def drawn(name: str, *more: str) -> list[str]:
        assert run("commit", *common, "--name", name, "--n", "400", "--secret", str(secret), *more)[0] == 0
        assert run("draw", *common, "--name", name, "--public", DICE)[0] == 0
        lines = (tmp_path / "draws" / name / "sample.csv").read_text(encoding="ascii").splitlines()[1:]
        return [line.partition(",")[0] for line in lines]

    secret = tmp_path / "secret.hex"
    secret.write_text("11" * 32, encoding="ascii")
    gone = drawn("w1")[0]
    listed = DoNotCall(tmp_path / "dnc", Centre.read(tmp_path / "keys").publisher, VirtualClock(1))
    assert (
        listed.decide([gone], "督导01", "来信要求") == 1
    )  # a practice number: the numbering plan has none like it
    again = drawn("w2", "--dnc", folder)
    assert (len(again), gone in again) == (400, False)
    assert listed.decide([gone], "督导01", "本人要求恢复", barred=False) == 1, "later, and the draw stands"
    code, told, _ = run(
        "audit", *common, "--name", "w2", "--secret", str(secret), "--barred", str(tmp_path / "barred")
    )
    assert (code, "FAILS" in told) == (0, False), told
    assert (tmp_path / "barred").read_text(encoding="ascii").split() == [gone]
    frozen = (tmp_path / "draws" / "w2" / "dnc.hashes").read_bytes()
    assert gone.encode() not in frozen


def test_why_says_that_a_number_is_on_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(tmp_path / "desk", size=2).open()
    one, two = room.ledger.store.cases()
    room.ledger.store.bar(one.id, Bar(room.clock.wall(), "", "督导01", "来信要求"))
    room.close()
    monkeypatch.setattr("app.commands.calling.SystemClock", lambda: room.clock)
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path / "desk"))
    for case, said in ((one.id, True), (two.id, False)):
        assert main(["sample", "why", case]) == 0
        told = capsys.readouterr().out
        assert ("do-not-call list" in told, "督导01: 来信要求" in told) == (said, said)
