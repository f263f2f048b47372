"""The author's check of a whole folder: every file's faults in one go, with file and line, in the author's language."""

from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

from app.study.author import MOST, examine


def spoil(folder: Path, file: str, *changes: tuple[str, str]) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")


def line(folder: Path, file: str, begins: str) -> int:
    lines = (folder / file).read_text("utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if text.strip().startswith(begins))


def said(folder: Path, language: str = "en") -> list[tuple[str, str]]:
    return [(each.where, each.text(language)) for each in examine(folder).questionnaire.findings]


def test_a_good_study_is_good(folder: Path) -> None:
    assert said(folder) == []
    assert examine(folder).study is not None


def test_faults_of_all_files_are_said_at_once_with_their_lines(folder: Path) -> None:
    spoil(folder, "study.toml", ("weight = 30", "weight = 25"), ('"q04", "q05"', '"q04", "q55"'))
    spoil(folder, "units.csv", (",75", ",7.5"), ("达川区", ""))
    spoil(folder, "roster.toml", ('id = "I02"', 'id = "I01"'))
    spoil(folder, "frame/mobile.csv", ("1600052", "16000O2"))
    (folder / "scripts" / "faq.md").write_bytes("常见问题".encode("gb18030"))
    book = openpyxl.load_workbook(folder / "questionnaire.xlsx")
    book["survey"]["D5"] = "${nobody} = 1"
    book.save(folder / "questionnaire.xlsx")
    places = [where for where, _ in said(folder)]
    for place in (
        "units.csv, line 4, column share",
        "units.csv, line 3, column zh",
        f"study.toml, line {line(folder, 'study.toml', '[[aspects]]')}, aspects",
        "frame/mobile.csv, line 2, column prefix",
        "scripts/faq.md",
    ):
        assert place in places, places
    assert any(place.startswith("roster.toml") for place in places)
    assert any(place.startswith("questionnaire.xlsx survey!") for place in places)


def test_what_is_held_against_the_questionnaire_waits_for_a_good_one(folder: Path) -> None:
    """No false alarm: the items are not missing because the workbook cannot be read."""
    (folder / "questionnaire.xlsx").write_bytes(b"no workbook")
    assert [text for _, text in said(folder)] == ["This file is not an Excel workbook (.xlsx)."]


def test_all_wrong_keys_of_a_file_are_said(folder: Path) -> None:
    spoil(folder, "study.toml", ("target_minutes", "target_minute"), ("version = 1 ", 'version = "1" '))
    spoil(folder, "roster.toml", ('role = "lead"', 'role = "boss"'))
    found, boss = said(folder, "zh"), line(folder, "roster.toml", 'role = "boss"')
    assert [where for where, _ in found] == [
        f"study.toml, line {line(folder, 'study.toml', 'target_minute =')}, target_minute",
        f"study.toml, line {line(folder, 'study.toml', 'version =')}, version",
        f"roster.toml, line {boss}, people 4 role",
    ]
    assert [text.partition("：")[2] for _, text in found] == [
        "没有“target_minute”这一项。是不是“target_minutes”？",
        "这个值不能用：应为整数。",
        "这个值不能用：只能是“interviewer”、“lead”。",
    ]


def test_a_table_that_is_wrong_in_every_line_does_not_drown_the_rest(folder: Path) -> None:
    path = folder / "frame" / "mobile.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *(f"x{number}{rows[0]}" for number in range(200))]), "utf-8")
    spoil(folder, "units.csv", (",75", ",7.5"))
    found = examine(folder).questionnaire.findings
    assert len(found) == MOST + 2
    assert any(each.rule == "study-more" and each.values["count"] == str(200 - MOST) for each in found)


def test_missing_files_are_all_named(folder: Path) -> None:
    for name in ("units.csv", "roster.toml", "scripts/refusal.md"):
        (folder / name).unlink()
    assert [where for where, text in said(folder) if "missing" in text] == [
        "units.csv",
        "roster.toml",
        "scripts/refusal.md",
    ]
