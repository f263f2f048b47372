"""Whatever goes wrong is said in Chinese: our own errors, read off the source, and what pyxform, the system and libraries say."""

import re
import tomllib
from functools import cache
from pathlib import Path
from string import ascii_letters

import pytest

from app.errors import FangxinError, StorageError, StudyError
from app.questionnaire import xlsform
from app.questionnaire.lint.finding import Finding
from app.sample.pull import Fate
from app.sentences import FRAME, chinese, known, said
from tests.questionnaire import pyxform_says
from tests.said_in_source import HOLE, Sink, Source, Told

ROOT = Path(__file__).parents[1]
ALSO = (
    Sink("hardware/sip.py", "ValueError", "", 0),
    Sink("hardware/models.py", "ValueError", "", 0),
    Sink("hardware/", "SoundError", "", 0),
    Sink("hardware/", "SoftphoneError", "", 0),
    Sink("hardware/", "Fault", "text", 2),
    Sink("hardware/", "condition", "value", 1),
    Sink("hardware/serial_line.py", "lose", "reason", 0),
    Sink("hardware/audio/places.py", "_trouble", "text", 1),
    Sink("hardware/audio/judgement.py", "_say", "value", 1),
    Sink("app/line/worker.py", "Fault", "text", 2),
    Sink("app/witness/keeper.py", "Answer", "alarm", 2),
    Sink("app/witness/round.py", "Seen", "alarm", 2),
    *(
        Sink(place, "Finding", part, -1)
        for place in ("app/line/doctor.py", "app/commands/line.py", "app/surroundings.py")
        for part in ("says", "todo")
    ),
)
"""What a device says of itself reaches the window as it is; what a driver raises stands within a LineError; an alarm is said as
an error is."""
IN_THE_STUDYS_TONGUE = ("app/questionnaire/session.py", "app/questionnaire/telephone.py", "app/asking.py")
IN_THE_STUDYS_TONGUE += ("app/conversation.py", "app/commands/checking.py:8", "app/questionnaire/walk.py")
"""Said in the interview's or the author's language already, from tables of their own."""
NO_WORDS = re.compile(
    r"[a-z_=]+|[\w./*]+\.(toml|csv|xlsx|md|json|note|xml)(,? [\w\[\]]+)*|(\w+/)+\w+|http://.*|sip:.*"
    r"|fangxin [\w -]+ v1|upload-\w+|line-(audio|out)|count-non-empty|cellXfs|EXPECT|Ctrl\+R|.E|[-+]?(Infinity|NaN)"
    r"|<DLE>.*|RING|(gone from )?\+CLCC|The (aspect|cell|item|outcome|person|unit)|\W*stands\W*times"
)
"""Codes, names of files and of columns, words of protocols; and beginnings of sentences that are known as a whole."""
LOST = {
    "desk.screen.notice_text",  # the text of an error that was raised elsewhere
    "seen.alarm",  # another one
    "answer.alarm",  # the keeper's, followed where it is made
    "station.hint",  # app/evidence/keys.py; test_what_is_no_error_but_reads_like_one
    "reply.final",  # the modem's own word
    "state.value",  # the module's own word
    "self.cati",  # the study's own words
    "obstacle.text",  # a Fate's; test_what_becomes_of_a_given_case_is_said_in_chinese
    "signal.Signals(-code).name",  # the system's word
    "error.strerror",  # its sentence, known by its number
}
"""Where the trail of a sentence ends."""


@cache
def source() -> tuple[Source, frozenset[Told]]:
    found = Source(ROOT / "app", ROOT / "ui", ROOT / "hardware")
    return found, frozenset(found.told(ALSO))


def sentences() -> list[Told]:
    """Those with words of ours that are not said in another way."""
    return [
        each
        for each in source()[1]
        if not each.at.startswith(IN_THE_STUDYS_TONGUE) and not _codes(each.text.replace(HOLE, ""))
    ]


def _codes(text: str) -> bool:
    return not set(text) & set(ascii_letters) or NO_WORDS.fullmatch(text.strip(" ,:")) is not None


def unknown(told: list[Told]) -> list[str]:
    return sorted(f"{each.at}  {each.text}" for each in told if not known(each.text))


def test_every_sentence_of_an_error_has_its_chinese() -> None:
    told = sentences()
    assert len({each.text for each in told}) > 700
    missing = unknown(told)
    assert not missing, "put them into resources/i18n/sentences/:\n" + "\n".join(missing)


def test_no_sentence_is_put_together_where_the_source_does_not_show_it() -> None:
    assert set(source()[0].dead_ends) == LOST


def test_what_becomes_of_a_given_case_is_said_in_chinese() -> None:
    assert [fate.name for fate in Fate if not known(fate.text)] == []


def test_saboteur_a_new_error_without_chinese_is_found(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "new.py").write_text(
        "class FangxinError(Exception): ...\n"
        "_WHY = {'a': 'The kettle is dry', 'b': 'The disk is full'}\n"
        "def _stop(what, name):\n    raise FangxinError(f'{what}: {name}', todo='Fill it.' if name else '')\n"
        "def boil(key):\n    _stop(_WHY[key], 'x')\n    raise FangxinError(key)\n",
        encoding="utf-8",
    )
    told = Source(tmp_path / "app").told()
    missing = {each.partition("  ")[2] for each in unknown(list(told))}
    assert {"The kettle is dry", "Fill it."} <= missing
    assert "The disk is full" not in missing


# The whole text of an error


def test_an_error_crosses_a_pipe_as_text_and_is_read_again_part_by_part() -> None:
    """What, place and advice of every call that raises; the place could be anything, so it is an ugly one."""
    place = "C:\\数据 (1)\\line 3. (old)"
    wrong = []
    for what, todo in _pairs():
        text = str(FangxinError(what, where=place, todo=todo))
        if known(text) != said(FangxinError(what, where=place, todo=todo), "zh"):
            wrong.append(f"{text} → {known(text)}")
    assert not wrong, "\n".join(wrong)


def _pairs() -> set[tuple[str, str]]:
    """A sentence with one advice that is given with it."""
    by_call: dict[str, dict[str, str]] = {}
    for each in sentences():
        by_call.setdefault(each.at, {})[each.part] = each.text
    return {(each["what"], each.get("todo", "")) for each in by_call.values() if "what" in each}


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (
            "The calendar does not know the year 2031 (study.toml, line 70, quotas 1).",
            "日历里没有 2031 年（study.toml，第 70 行，quotas 1）。",
        ),
        (
            "Central cannot be reached: [Errno 111] Connection refused (http://10.0.0.2). It is asked again later.",
            "连不上中心服务器：对方拒绝连接（http://10.0.0.2）。稍后会再问。",
        ),
        (
            "The line x cannot be opened: [Errno 2] could not open port a: [Errno 2] No such file or directory: 'a' (a). Ask IT.",
            "线路 x 打不开：打不开串口 a：没有这个文件或文件夹：'a'（a）。请联系技术人员。",
        ),
        (
            "The file cannot be written or read: 拒绝访问。 (C:\\x)",
            "文件读写出错：拒绝访问（C:\\x）。",
        ),
        ("it said nothing any more, SIGKILL", "不再有响应（SIGKILL）"),
        ("Kettle 7 is dry (kitchen). Fill it.", ""),
    ],
)
def test_what_the_system_says_within_an_error(text: str, ours: str) -> None:
    assert known(text) == ours


def test_in_english_and_without_chinese_an_error_stays_as_it_is() -> None:
    full = StorageError("The disk is full", where="/data", todo="Free some space, then start again.")
    assert said(full, "en") == str(full)
    assert said(full, "zh") == "磁盘已满（/data）。请腾出空间后再启动。"
    assert said(StorageError("The kettle is dry", where="/k"), "zh") == "The kettle is dry（/k）。"


def test_a_template_has_words_enough_to_be_known_by() -> None:
    for path in sorted((ROOT / "resources" / "i18n" / "sentences").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, path
        for english, ours in tomllib.loads(text).items():
            assert len(re.sub(r"\{\w+\}|\W", "", english)) >= 2, english
            if path.stem != "pyxform":  # what it says of its own columns may be left out
                assert set(re.findall(r"\{\w+\}", ours)) <= set(re.findall(r"\{\w+\}", english)), english


# Other people's sentences


def test_every_sentence_of_pyxform_is_known() -> None:
    told = [*pyxform_says.catalogued(), *pyxform_says.composed()]
    assert len(told) > 100
    plain = {place: xlsform.plain(sentence) for place, sentence in told}
    unknown = {
        place: sentence
        for place, sentence in plain.items()
        if sentence not in {pyxform_says.ROW, pyxform_says.STAND_IN} and not known(sentence)
    }
    assert not unknown, "pyxform says something new: put it into resources/i18n/sentences/pyxform.toml"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Input should be a valid list", "应为清单（写在方括号里）"),
        ("Input should be 'interviewer' or 'lead'", "只能是“interviewer”、“lead”"),
        ("The unit 3 stands 2 times", "评价单位“3”出现了 2 次"),
        (
            'The expression "1 +" cannot be used: a value is missing at the end (character 4)',
            "表达式“1 +”不能用：末尾缺少一个值（第 4 个字符）",
        ),
        ("Reference variables must start with '${', then a question name, and end with '}'.", None),
    ],
)
def test_a_sentence_and_the_sentence_inside_it(sentence: str, said: str | None) -> None:
    assert known(sentence) == (said or "引用要写成 ${题名}：以“${”开头，以“}”结尾。")


def test_what_nobody_has_translated_is_framed() -> None:
    assert chinese("Quux frobnicated.") == FRAME.format(sentence="Quux frobnicated.")
    finding = Finding("does-not-compile", "x", {"what": "Quux frobnicated", "todo": ""})
    assert finding.text("zh") == "问卷编译不通过：（英文原文）Quux frobnicated。"
    assert finding.text("en").startswith("The questionnaire does not compile: Quux frobnicated.")


@pytest.mark.parametrize(
    ("error", "said_so"),
    [
        (
            StorageError(
                "There is no such folder", where="/mnt/central", todo="Look at its name, or make it first."
            ),
            "没有这个文件夹（/mnt/central）。请核对名称，或先建好。",
        ),
        (StudyError("There is no such setting", where="a", todo="Is b meant?"), None),
    ],
)
def test_an_error_ends_like_a_sentence(error: FangxinError, said_so: str | None) -> None:
    whole = said(error, "zh")
    assert known(str(error)) in ("", whole)
    assert whole.endswith(("。", "？"))
    assert said_so in (None, whole)


def test_what_stands_inside_another_sentence_has_no_full_stop_of_its_own() -> None:
    assert "。" not in known(
        'The expression "1 +" cannot be used: a value is missing at the end (character 4)'
    )
    assert known("The disk has not taken any sound for 120 s.") == "声音已有 120 秒写不进磁盘。"
