"""Lists and segment tables as offices hand them over, through the command line: what is said of them, and that nothing is half imported."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from tests.commands.conftest import Run

ROOT = Path(__file__).parents[2]
SPOILT = "手机号,单位代码\n13882800000,1\n1.38828E+10,1\n8182345678,2\n１３８８２８００００１,2\n138828O0002,2\n4008001234,1\n,3\n"


@pytest.fixture
def run(fangxin: Run) -> Run:
    """`sample WORDS`."""
    return partial(fangxin, "sample")


def listed(
    run: Run, data: bytes, *more: str, name: str = "people.csv", lang: str = "en"
) -> tuple[int, str, str]:
    Path(name).write_bytes(data)
    return run("list", name, "--draws", "draws", "--out", "clean.csv", "--lang", lang, *more)


def written() -> list[str]:
    return sorted(path.name for path in Path().glob("clean*"))


def test_every_spoilt_row_is_named_and_nothing_is_written(run: Run) -> None:
    code, said, told = listed(run, SPOILT.encode())
    assert code == 1
    assert [line.partition(":")[0] for line in told.splitlines()[:5]] == [
        f"line {n}" for n in (3, 4, 6, 7, 8)
    ]
    assert "scientific notation" in told
    assert "leading 0" in told
    assert (
        told.splitlines()[-1]
        == "fangxin: 5 of 7 rows cannot be taken, so nothing was written (people.csv). Mend the lines above."
    )
    assert (said, written()) == ("", [])
    assert "138828" not in told.replace("people", "")


def test_the_same_in_the_centres_language(run: Run) -> None:
    _, _, told = listed(run, SPOILT.encode("gb18030"), lang="zh")
    assert told.splitlines()[0].startswith("第 3 行：号码被表格软件变成了科学计数法")
    assert told.splitlines()[1].startswith("第 4 行：区号开头的 0 被表格软件去掉了")
    assert "7 行中有 5 行不能用，因此什么也没有写入" in told
    assert not [line for line in told.splitlines() if "line" in line or "（英文原文）" in line]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_whatever_the_encoding_the_repeats_are_told_and_left_out(run: Run, encoding: str) -> None:
    data = "手机号,单位代码\n13882800000,1\n０１３８８２８０００００,1\n13882800001,2\n".encode(encoding)
    assert listed(run, data) == (0, "2 numbers written, 1 repeats left out\nline 3: repeat\n", "")
    assert Path("clean.csv").read_text(encoding="utf-8") == "number,unit\n13882800000,1\n13882800001,2\n"


@pytest.mark.parametrize(
    ("data", "en", "zh"),
    [
        (
            "姓名,地址\n张,达州\n".encode(),
            "its first line says: 姓名, 地址 (people.csv, line 1)",
            "第一行是：姓名, 地址（people.csv，第 1 行）",
        ),
        (b"13882800000\n13882800001\n", "its first line says: ***", "第一行是：***"),
        (
            "手机号,单位\n13882800000,1\n13882800001,2,3\n".encode(),
            "3 cells instead of 2 (people.csv, line 3)",
            "这一行有 3 格，应为 2 格（people.csv，第 3 行）",
        ),
        (
            '手机号,单位\n13882800000,"1\n13882800001,2\n'.encode(),
            "never closed",
            "引号没有配对（people.csv，第 2 行）",
        ),
        ("手机号\n13882800000\n".encode("utf-16") + b"x", "damaged", "文字已损坏"),
        (b"\x81\xff\x00\x00" * 50, "neither UTF-8 nor", "不是 UTF-8、UTF-16 或 GBK"),
        (b"", "The table is empty", "表是空的"),
        ("手机号\n".encode(), "no rows", "一行也没有"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_place(run: Run, data: bytes, en: str, zh: str) -> None:
    for lang, words in (("en", en), ("zh", zh)):
        code, said, told = listed(run, data, lang=lang)
        assert (code, said, written()) == (1, "", [])
        assert words in told
        assert len(told.splitlines()) == 1
        assert "Traceback" not in told


def test_a_workbook_that_has_eaten_a_zero(run: Run) -> None:
    book = openpyxl.Workbook()
    for row in (["电话", "单位代码"], [13882800000, 1], [8182345678, 2], ["0818-2345678", 2], [1.39e22, 2]):
        book.active.append(row)
    book.save("people.xlsx")
    code, _, told = listed(run, Path("people.xlsx").read_bytes(), name="people.xlsx")
    assert code == 1
    assert [line.partition(":")[0] for line in told.splitlines()[:2]] == ["line 3", "line 5"]


def test_whoever_stood_in_an_earlier_list_is_left_out_by_hash_alone(run: Run) -> None:
    listed(run, b"phone\n13882800000\n13882800001\n")
    Path("clean.csv").rename("first.csv")
    Path("clean.csv.hashes").rename("first.hashes")
    code, said, _ = listed(run, b"phone\n13882800002\n13882800001\n", "--without", "first.hashes")
    assert code == 0
    assert said.splitlines()[1:] == ["1 left out that stood in an earlier list", "line 3: in an earlier list"]
    assert Path("clean.csv").read_text(encoding="utf-8").splitlines() == ["number,unit", "13882800002,"]
    assert "1388280" not in Path("first.hashes").read_text(encoding="ascii")
    Path("clean.csv").unlink()
    Path("draws/list.key").write_text("", encoding="ascii")
    assert "key of this room's lists is damaged" in listed(run, b"phone\n13882800002\n")[2]


def test_a_segment_table_with_faults_names_all_of_them(run: Run) -> None:
    rows = "号段,城市,运营商\n1388280,达州,移动\n1.38828E+06,达州,移动\n0818237,达州,电信\n818237,达州,电信\n1388280,达州,电信\n"
    Path("segments.csv").write_text(rows, encoding="utf-8")
    words = (
        "frame",
        "segments.csv",
        "--city",
        "达州",
        "--date",
        "2026-10",
        "--out",
        "mobile.csv",
        "--lang",
        "en",
    )
    code, _, told = run(*words)
    assert code == 1
    assert [line.partition(":")[0] for line in told.splitlines()[:4]] == [f"line {n}" for n in (3, 4, 5, 6)]
    assert not Path("mobile.csv").exists()


def test_the_frame_keeps_a_record_of_its_tables_and_the_design_shows_it(run: Run) -> None:
    Path("segments.csv").write_bytes("号段,城市\n1388280,达州市\n1440001,达州\n1380000,北京\n".encode("gbk"))
    words = ("frame", "segments.csv", "--city", "达州", "--date", "2026-10", "--lang", "zh")
    code, said, _ = run(*words, "--out", "mobile.csv")
    assert code == 0
    assert "采用 1 个，属其他城市 1 个，剔除：1 × 这是物联网、卫星或上网卡号段" in said
    assert '"date":"2026-10"' in Path("mobile.record.jsonl").read_text(encoding="utf-8")
    assert run(*words, "--out", "mobile.csv")[0] == 1
    study = str(ROOT / "resources" / "studies" / "dazhou-2017")
    assert "没有记录抽样框的来源" in run("design", study, "--lang", "zh")[1]
    code, said, _ = run("design", study, "--within", "5", "--lang", "en")
    assert (
        "all: 3498 interviews" in said
    )  # ± 5 points with design effect 1.3: 500, less by the finite population


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGINT to send")
def test_ctrl_c_in_the_middle_of_a_large_list_leaves_nothing(tmp_path: Path) -> None:
    rows = "\n".join(f"138{n:08d},1" for n in range(600_000))
    (tmp_path / "people.csv").write_text(f"phone,unit\n{rows}\n", encoding="ascii")
    words = ["list", "people.csv", "--draws", "draws", "--out", "clean.csv", "--lang", "en"]
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "sample", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while (
        not (tmp_path / "draws" / "list.key").exists() and child.poll() is None and time.monotonic() < until
    ):
        os.sched_yield()
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Stopped" in told
    assert "Traceback" not in told
    assert not list(tmp_path.glob("clean*"))


def test_a_list_says_in_json_what_became_of_its_rows(run: Run) -> None:
    Path("people.csv").write_text("手机号\n13882800000\n13882800001\n13882800000\n", encoding="utf-8")
    code, said, told = run("list", "people.csv", "--draws", "draws", "--out", "clean.csv", "--json")
    assert (code, told) == (0, "")
    assert json.loads(said) == {
        "rows": 3,
        "taken": 2,
        "repeats": 1,
        "repeated": [4],
        "earlier": 0,
        "before": [],
    }


@pytest.mark.parametrize("heads", ["手机号,手机号", "电话,手机号", "number,Number"])
def test_of_two_columns_that_may_be_the_number_none_is_guessed(run: Run, heads: str) -> None:
    code, _, told = listed(run, f"{heads}\n13882800000,13882800001\n".encode())
    assert code == 1
    assert f"Several columns may be number: {heads.replace(',', ', ')} (people.csv, line 1)" in told
    assert written() == []


def test_our_own_name_decides_between_two_columns(run: Run) -> None:
    assert listed(run, "电话,number\nx,13882800001\n".encode())[0] == 0
    assert "13882800001" in Path("clean.csv").read_text(encoding="utf-8")


def test_a_folder_that_is_not_there_is_named_itself(run: Run) -> None:
    Path("people.csv").write_text("手机号\n13882800000\n", encoding="utf-8")
    words = ("list", "people.csv", "--draws", "draws", "--lang", "en")
    code, _, told = run(*words, "--out", "nowhere/clean.csv")
    assert (code, told) == (
        1,
        "fangxin: There is no such folder (nowhere). Look at its name, or make it first.\n",
    )
