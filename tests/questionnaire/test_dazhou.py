"""The script of dazhou-2017 as the notice demands it and as it is read aloud."""

import re

import pytest

from app.questionnaire.form import Form, Kind
from app.questionnaire.session import Session

ZH, EN = "中文 (zh)", "English (en)"
ITEMS = [f"q{number:02d}" for number in range(1, 13)]
CHARACTERS_PER_SECOND = 4.5


@pytest.mark.parametrize(
    ("element", "zh", "en"),
    [
        ("who calls", "我是四川省社情民意调查中心的访问员", "I am an interviewer at the Sichuan"),
        ("for whom", "受省里有关部门委托", "On behalf of the provincial authorities"),
        ("the number shown", "028-12340", "028-12340"),
        ("how the number came", "电脑随机抽到", "drawn at random"),
        ("how long", "大约六分钟", "about six minutes"),
        ("voluntary, may skip and stop", "参加全凭自愿，不想回答的题可以不答，中途也可以随时停下来", "entirely voluntary"),
        ("recorded, and why", "为了检查访问质量，通话会录音", "The call is recorded so that"),
        ("only combined", "只和其他人的合在一起统计", "only counted together"),
        ("nobody named", "不会提到任何个人", "no individual is ever named"),
        ("no complaints", "不受理举报和投诉", "cannot take reports or complaints"),
    ],
)  # fmt: skip
def test_the_introduction_says(element: str, zh: str, en: str, dazhou: Form) -> None:
    intro = dazhou.by_name["intro"]
    assert zh in intro.labels[ZH], element
    assert en in intro.labels[EN], element
    assert intro.reads_text


def test_the_order_of_the_script(dazhou: Form) -> None:
    names = [question.name for question in dazhou.asked if not question.name.startswith("end_")]
    opening = ["intro", "consent", "age", "residence", "county", "sex", "scoring"]
    assert names == [*opening, *ITEMS, "suggestion", "thanks"]
    ends = {question.name: question.ends for question in dazhou.questions if question.ends}
    assert ends == {
        "end_later": "33",
        "end_refused": "36",
        "end_age": "51",
        "end_residence": "52",
        "end_city": "53",
        "thanks": "60",
    }


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_is_a_whole_score_with_its_end_points_in_words(name: str, dazhou: Form) -> None:
    item = dazhou.by_name[name]
    assert (item.kind, item.scale, item.dk, item.refused) == (Kind.INTEGER, (0, 10), "98", "99")
    assert item.cati["aspect"] == f"A{(int(name[1:]) + 2) // 3}"
    assert re.search("打0分，.+打10分，您打几分？$", item.labels[ZH])
    assert re.search("0 means .+, 10 means .+What score would you give\\?$", item.labels[EN])
    assert "请您打个整数分" in item.hints[ZH]


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("value", [*map(str, range(11)), "98", "99"])
def test_every_score_can_be_given(name: str, value: str, dazhou: Form) -> None:
    before = {
        "intro": "OK",
        "consent": "1",
        "age": "30",
        "residence": "1",
        "county": "1",
        "sex": "1",
        "scoring": "OK",
    }
    session = Session(dazhou, before, at=name)
    session.answer(value)
    assert session.answers[name] == value


def test_all_is_said_in_both_languages(dazhou: Form) -> None:
    assert dazhou.languages == (ZH, EN)
    assert dazhou.language_for("en") == EN
    assert dazhou.language_for("fr") == ZH
    for question in dazhou.asked:
        for texts in (
            question.labels,
            question.hints,
            question.constraint_messages,
            question.required_messages,
        ):
            assert set(texts) in ({ZH, EN}, set()), question.name
        for choice in question.choices:
            assert set(choice.labels) == {ZH, EN}


def test_about_six_minutes(dazhou: Form) -> None:
    """Reading time stated for each text is near the characters there are; with some 7 seconds for each answer it makes six minutes."""
    path = [question for question in dazhou.asked if not question.name.startswith("end_")]
    for question in path:
        spoken = len(re.sub("[，。？！、：]", "", question.labels[ZH])) / CHARACTERS_PER_SECOND
        if question.reads_text:
            assert abs(question.seconds - spoken) <= max(5, 0.15 * spoken), question.name
    answers = [question for question in path if question.kind is not Kind.NOTE]
    assert 5 * 60 <= sum(question.seconds for question in path) + 7 * len(answers) <= 7 * 60


def test_sex_is_heard_and_never_asked(dazhou: Form) -> None:
    sex = dazhou.by_name["sex"]
    assert not sex.reads_text
    assert sex.hints[ZH].startswith("不读出")


def test_no_wording_leads(dazhou: Form) -> None:
    """Every scored question offers both sides (重视不重视, 怎么样, 廉洁不廉洁, 有没有信心) and none states a success."""
    for name in ITEMS:
        text = dazhou.by_name[name].labels[ZH]
        assert re.search("重视不重视|怎么样|廉洁不廉洁|有没有信心", text), name
        assert not re.search("显著|明显|成效|取得了|是不是很|难道", text), name
