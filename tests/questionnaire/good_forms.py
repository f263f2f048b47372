"""Good questionnaires of many kinds, on which the check must stay silent: name → (survey, choices, settings)."""

from collections.abc import Mapping

Row = Mapping[str, str]
ZH, EN = "label::中文 (zh)", "label::English (en)"
PLACES: list[Row] = [
    {"list_name": name, "name": code, "label": label, "county": county}
    for name, code, label, county in (
        ("county", "1", "通川", ""), ("county", "2", "达川", ""), ("town", "a", "东城", "1"), ("town", "b", "翠屏", "2"),
    )
]  # fmt: skip
YES_NO: list[Row] = [
    {"list_name": "yn", "name": "yes", "label": "是"},
    {"list_name": "yn", "name": "no", "label": "否"},
]

GOOD: Mapping[str, tuple[list[Row], list[Row], Row]] = {
    "one_language_without_telephone_columns": (
        [{"type": "text", "name": "q", "label": "您怎么看？"}, {"type": "note", "name": "n", "label": "谢谢（真的）！"}],
        [],
        {"form_id": "a"},
    ),
    "cascade": (
        [
            {"type": "select_one county", "name": "county", "label": "哪个区县？", "required": "yes"},
            {"type": "select_one town", "name": "town", "label": "哪个镇？", "choice_filter": "county = ${county}"},
            {"type": "note", "name": "n", "label": "您住${town}", "relevant": "${town} = 'a' or ${town} = 'b'"},
        ],
        PLACES,
        {"form_id": "b"},
    ),
    "repeat_and_counts": (
        [
            {"type": "integer", "name": "n", "label": "几口人？", "constraint": ". > 0 and . <= 20"},
            {"type": "begin repeat", "name": "person", "label": "家人", "repeat_count": "${n}"},
            {"type": "text", "name": "who", "label": "第${place}位是谁？"},
            {"type": "calculate", "name": "place", "calculation": "position(..)"},
            {"type": "integer", "name": "age", "label": "${who}多大？", "constraint": ". >= 0 and . <= 120"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "all", "calculation": "sum(${age})"},
            {"type": "note", "name": "bye", "label": "一共${all}岁", "relevant": "${all} > 0"},
        ],
        [],
        {"form_id": "c"},
    ),
    "multiple_and_other": (
        [
            {"type": "select_multiple yn or_other", "name": "m", "label": "哪些？", "constraint": "count-selected(.) <= 2"},
            {"type": "text", "name": "why", "label": "为什么？", "relevant": "selected(${m}, 'yes') or selected(${m}, 'other')"},
        ],
        YES_NO,
        {"form_id": "d"},
    ),
    "dates": (
        [
            {"type": "date", "name": "born", "label": "哪天出生？", "constraint": ". <= today()"},
            {"type": "calculate", "name": "age", "calculation": "int((today() - ${born}) div 365.25)"},
            {"type": "note", "name": "young", "label": "太小了", "relevant": "${age} < 18"},
            {"type": "time", "name": "when", "label": "几点？"},
            {"type": "dateTime", "name": "call", "label": "哪天几点？"},
        ],
        [],
        {"form_id": "e"},
    ),
    "range_as_scored_item": (
        [
            {"type": "range", "name": "s", "label": "打几分？", "parameters": "start=0 end=10 step=1", "body::cati:scale": "0-10",
             "body::cati:dk": "98"},
            {"type": "note", "name": "bye", "label": "再见", "body::cati:ends": "60"},
        ],
        [],
        {"form_id": "f", "namespaces": 'cati="urn:fangxin:cati:1"'},
    ),
    "random_choices_and_once": (
        [
            {"type": "calculate", "name": "seed", "calculation": "once(random())"},
            {"type": "select_one yn", "name": "q", "label": "好吗？", "parameters": "randomize=true, seed=${seed}"},
            {"type": "acknowledge", "name": "ok", "label": "知道了", "relevant": "jr:choice-name(${q}, '${q}') = '是'"},
        ],
        YES_NO,
        {"form_id": "g"},
    ),
    "nested_groups": (
        [
            {"type": "begin group", "name": "outer", "label": "外"},
            {"type": "select_one yn", "name": "q", "label": "要吗？"},
            {"type": "begin group", "name": "inner", "label": "里", "relevant": "${q} = 'yes'", "appearance": "field-list"},
            {"type": "integer", "name": "a", "label": "多少？"},
            {"type": "decimal", "name": "b", "label": "多重？", "relevant": "${a} > 3", "default": "1.5"},
            {"type": "end group"},
            {"type": "end group"},
            {"type": "text", "name": "t", "label": "还有？", "relevant": "${q} != 'no' or ${a} = ''", "constraint": "regex(., '.{1,9}')"},
        ],
        YES_NO,
        {"form_id": "h"},
    ),
    "two_languages_with_sample_columns": (
        [
            {"type": "hidden", "name": "district"},
            {"type": "text", "name": "q", ZH: "${district}怎么样？", EN: "How is ${district}?", "hint::中文 (zh)": "照念",
             "hint::English (en)": "As written", "required": "yes", "relevant": "${district} != ''"},
        ],
        [],
        {"form_id": "i", "default_language": "中文 (zh)"},
    ),
}  # fmt: skip
