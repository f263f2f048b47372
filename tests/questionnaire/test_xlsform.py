"""From the workbook to the form: what the columns become, and what is refused by name instead of being run half."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import StudyError
from app.questionnaire import xlsform
from app.questionnaire.form import Form, FormError, Kind
from app.questionnaire.session import Session
from tests.questionnaire.conftest import DAZHOU

WriteWorkbook = Callable[..., Path]

ZH, EN = "label::中文 (zh)", "label::English (en)"
SETTINGS = {"form_id": "small", "version": "3", "default_language": "中文 (zh)", "namespaces": 'cati="urn:x"'}
YES_NO = [
    {"list_name": "yn", "name": "1", ZH: "是", EN: "Yes", "weight": "2"},
    {"list_name": "yn", "name": "2", ZH: "否", EN: "No", "weight": "0"},
]


def test_everything_a_question_has(write_workbook: WriteWorkbook) -> None:
    rows = [
        {
            "type": "select_one yn",
            "name": "stays",
            ZH: "您还住在这儿吗？",
            EN: "Do you still live here?",
            "hint::中文 (zh)": "不念选项",
            "guidance_hint::中文 (zh)": "看备注",
            "required": "yes",
            "required_message::中文 (zh)": "要填",
            "body::cati:read": "text",
            "body::cati:part": "screening",
        },
        {"type": "begin_group", "name": "rest", ZH: "其余", "relevant": "${stays} = '1'"},
        {"type": "calculate", "name": "twice", "calculation": "2 * 2"},
        {
            "type": "integer",
            "name": "score",
            ZH: "打${twice}分？",
            "constraint": ". <= ${twice}",
            "constraint_message::中文 (zh)": "太高",
            "default": "3",
            "body::cati:scale": "0-10",
            "body::cati:dk": "98",
        },
        {"type": "note", "name": "bye", ZH: "再见", "body::cati:ends": "60"},
        {"type": "end_group"},
    ]
    form = xlsform.parse(xlsform.compile_workbook(write_workbook(rows, YES_NO, SETTINGS)))
    assert (form.id, form.version, form.languages) == ("small", "3", ("中文 (zh)", "English (en)"))
    stays = form.by_name["stays"]
    assert stays.kind is Kind.SELECT_ONE
    assert [c.name for c in stays.choices] == ["1", "2"]
    assert stays.choices[0].extras == {"weight": "2"}
    assert stays.hints["中文 (zh)"] == "不念选项"
    assert stays.guidance["中文 (zh)"] == "看备注"
    assert stays.required_messages["中文 (zh)"] == "要填"
    assert stays.reads_text
    assert not stays.reads_options
    assert [group.name for group in form.groups] == ["rest"]
    assert form.by_name["score"].default == "3"
    assert form.by_name["score"].scale == (0, 10)
    assert form.by_name["bye"].ends == "60"

    session = Session(form, {"stays": "1"})
    assert session.text(form.by_name["score"]) == "打4分？"
    assert session.answers == {"stays": "1", "score": "3"}
    session.jump("stays")
    session.answer("2")
    assert session.answers == {"stays": "2"}
    session.next()
    assert session.current is None


def test_a_form_in_one_unnamed_language(write_workbook: WriteWorkbook) -> None:
    rows = [{"type": "text", "name": "q", "label": "Well?"}, {"type": "start", "name": "start"}]
    form = xlsform.parse(xlsform.compile_workbook(write_workbook(rows)))
    assert form.languages == ("default",)
    assert Session(form).text(form.by_name["q"]) == "Well?"
    assert form.by_name["start"].kind is Kind.HIDDEN


@pytest.mark.parametrize(
    ("rows", "says", "cell"),
    [
        ([{"type": "geopoint", "name": "q", "label": "?"}], '"geopoint" cannot be asked by voice', "A2"),
        ([{"type": "image", "name": "q", "label": "?"}], '"upload" cannot be asked', "A2"),
        ([{"type": "barcode", "name": "q", "label": "?"}], '"barcode" cannot be asked by voice', "A2"),
        ([{"type": "text", "name": "q", "label": "?", "constraint": ". >= "}], "a value is missing", "D2"),
        ([{"type": "text", "name": "q", "label": "?", "constraint": "smaller(., 2)"}], 'no function "smaller"', "D2"),
        ([{"type": "text", "name": "q", "label": "?", "relevant": "/data/q2 = 1"}], "reads /data/q2", "D2"),
        ([{"type": "text", "name": "q", "label": "?", "relevant": "${q} = 1"}], "round in a circle: q → q", "D2"),
        ([{"type": "integer", "name": "q", "label": "?", "body::cati:scale": "ten"}], '"ten" cannot stand in cati:scale', "D2"),
        ([{"type": "integer", "name": "q", "label": "?", "body::cati:skale": "1-2"}], "no telephone column cati:skale", "A2"),
    ],
)  # fmt: skip
def test_what_we_do_not_run_is_refused_at_its_cell(
    rows: list[dict[str, str]], says: str, cell: str, write_workbook: WriteWorkbook
) -> None:
    path = write_workbook(rows, (), {"form_id": "small", "namespaces": 'cati="urn:x"'})
    with pytest.raises(StudyError) as fault:
        xlsform.compile_workbook(path)
    assert says in fault.value.what
    assert fault.value.where == f"questionnaire.xlsx survey!{cell}"


def test_rules_that_go_round_in_a_longer_circle(write_workbook: WriteWorkbook) -> None:
    rows = [
        {"type": "text", "name": "a", "label": "?", "relevant": "${c} = 1"},
        {"type": "text", "name": "b", "label": "?", "relevant": "${a} = 1"},
        {"type": "text", "name": "c", "label": "?", "relevant": "${b} = 1"},
    ]
    with pytest.raises(StudyError, match=r"round in a circle: [abc] → [abc] → [abc] → [abc]"):
        xlsform.compile_workbook(write_workbook(rows))


@pytest.mark.parametrize(
    ("rows", "choices", "says", "where"),
    [
        ([{"type": "integr", "name": "q", "label": "?"}], [], "integr", "survey!A2"),
        ([{"type": "text", "name": "q"}], [], "no label", "survey!B2"),
        ([{"type": "text", "name": "a b", "label": "?"}], [], "", "survey!B2"),
        ([{"type": "begin_group", "name": "g", "label": "?"}], [], "", "survey!2"),
        (
            [{"type": "text", "name": "q", "label": "1"}, {"type": "text", "name": "q", "label": "2"}],
            [],
            "",
            "survey!B3",
        ),
        (
            [{"type": "select_one yn", "name": "q", "label": "?"}],
            [{"list_name": "yn", "name": "1", "label": "x"}, {"list_name": "yn", "name": "1", "label": "y"}],
            "",
            "choices!B3",
        ),
    ],
)
def test_what_pyxform_finds_keeps_its_place(
    rows: list[dict[str, str]],
    choices: list[dict[str, str]],
    says: str,
    where: str,
    write_workbook: WriteWorkbook,
) -> None:
    with pytest.raises(StudyError) as fault:
        xlsform.compile_workbook(write_workbook(rows, choices))
    assert says in fault.value.what
    assert fault.value.where == f"questionnaire.xlsx {where}"
    assert "[row" not in fault.value.what


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ("<h:html", "not well-formed"),
        ("<data/>", "not an XForm"),
        ("", "not well-formed"),
        (
            '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><x>&secret;</x>',
            "declares a document type",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
            "declares a document type",
        ),
        ("<a>" * 500 + "</a>" * 500, "not well-formed"),
    ],
)
def test_an_xml_that_is_no_form(xml: str, says: str) -> None:
    with pytest.raises(StudyError, match=says):
        xlsform.parse(xml)


def test_a_broken_rule_in_a_compiled_form_names_the_question(dazhou_xml: str) -> None:
    with pytest.raises(FormError) as fault:
        xlsform.parse(dazhou_xml.replace("/data/consent  = '2'", "/data/consent  = "))
    assert (fault.value.question, fault.value.column) == ("end_later", "relevant")


def test_opening_a_compiled_form_never_loads_pyxform(dazhou_xml: str, tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(dazhou_xml, encoding="utf-8")
    code = (
        "import sys, pathlib; from app.questionnaire import xlsform\n"
        "form = xlsform.parse(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "from app.questionnaire.session import Session; Session(form)\n"
        "print(len(form.questions), [m for m in ('pyxform', 'openpyxl') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "27 []"


def test_compiling_twice_gives_the_same_form(dazhou_xml: str, dazhou: Form) -> None:
    assert xlsform.compile_workbook(DAZHOU) == dazhou_xml
    assert xlsform.parse(dazhou_xml.encode()) == dazhou


def test_chinese_quotation_marks_stay_in_texts_and_become_plain_in_expressions(
    write_workbook: WriteWorkbook,
) -> None:
    rows = [{"type": "text", "name": "q", "label": "说“还行”‘吗’？", "constraint": ". != “还行”"}]
    form = xlsform.parse(xlsform.compile_workbook(write_workbook(rows)))
    assert form.by_name["q"].labels == {"default": "说“还行”‘吗’？"}
    assert form.by_name["q"].constraint == '. != "还行"'
