"""Words: every one translated, placeholders kept, read straight from Linguist's file."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QObject

from app.resources import resource
from tests.ui.conftest import Station
from ui.language import Language, TsTranslator

ROOT = Path(__file__).resolve().parents[2]
TS = resource("i18n", "fangxin_zh_CN.ts")
PLACEHOLDER = re.compile(r"\{[a-z]*\}|%n")


def messages(path: Path) -> dict[tuple[str, str], ET.Element]:
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def lupdate(sources: list[Path], out: Path) -> dict[tuple[str, str], ET.Element]:
    tool = Path(sys.executable).parent / (
        "pyside6-lupdate.exe" if sys.platform == "win32" else "pyside6-lupdate"
    )
    subprocess.run([tool, *sources, "-locations", "none", "-ts", out], check=True, capture_output=True)
    return messages(out)


@pytest.fixture(scope="module")
def in_source(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], ET.Element]:
    """Every text pyside6-lupdate finds in ui/."""
    return lupdate(sorted((ROOT / "ui").rglob("*.py")), tmp_path_factory.mktemp("ts") / "all.ts")


def test_every_text_of_the_window_is_translated(in_source: dict[tuple[str, str], ET.Element]) -> None:
    translated = {
        key for key, message in messages(TS).items() if (message.findtext("translation") or "").strip()
    }
    assert set(in_source) - translated == set(), (
        "pyside6-lupdate ui/*.py ui/*/*.py -locations none -no-obsolete -ts resources/i18n/fangxin_zh_CN.ts, then translate"
    )


def test_no_translation_is_left_over(in_source: dict[tuple[str, str], ET.Element]) -> None:
    assert set(messages(TS)) - set(in_source) == set()


def test_lupdate_sees_every_call_that_asks_for_a_translation(
    in_source: dict[tuple[str, str], ET.Element],
) -> None:
    """A text that is put together, or handed through a variable, would silently stay English."""
    calls = re.compile(r"(?:self\.tr|QT_TRANSLATE_NOOP)\(")
    found = sum(
        len(calls.findall(path.read_text(encoding="utf-8")))
        for path in (ROOT / "ui").rglob("*.py")
        if path.name != "noop.py"
    )
    assert found >= len(in_source) > 150
    literal = re.compile(r'(?:self\.tr|QT_TRANSLATE_NOOP)\(\s*(?:"\w+",\s*)?"')
    for path in (ROOT / "ui").rglob("*.py"):
        if path.name != "noop.py":
            text = path.read_text(encoding="utf-8")
            assert len(literal.findall(text)) == len(calls.findall(text)), path.name


def test_saboteur_an_untranslated_text_is_noticed(tmp_path: Path) -> None:
    source = tmp_path / "new.py"
    source.write_text(
        'class Page:\n    def show(self):\n        return self.tr("Quite new")\n', encoding="utf-8"
    )
    found = lupdate([source], tmp_path / "new.ts")
    assert set(found) - set(messages(TS)) == {("Page", "Quite new")}


def test_translations_keep_their_placeholders_and_are_not_english() -> None:
    for (context, source), message in messages(TS).items():
        text = message.findtext("translation") or ""
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(source)), (context, source)
        letters = re.sub(r"\{[a-z]*\}|F\d+|Esc|Shift|Ctrl|Enter", "", text)
        assert not re.search(r"[A-Za-z]{3,}", letters), (context, text)


def test_the_window_changes_language_while_it_is_open(station: Station) -> None:
    station.go_to("q1")
    assert station.window.windowTitle() == "Fangxin · telephone interviewing desk"
    station.language.use("zh")
    station.window.draw_words()
    assert station.window.windowTitle() == "放心 · 电话访问工作台"
    assert station.window.face.status._line.text() == "通话中"
    assert station.window.face.interview._progress.text() == "第 4 题，共 6 题"
    station.language.use("en")
    station.window.draw_words()
    assert station.window.face.status._line.text() == "In call"


def test_qt_s_own_dialogs_speak_chinese_too(qapp: QCoreApplication) -> None:
    language = Language("zh")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    language.use("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


PLURALS = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="{language}">
<context><name>Page</name>
<message numerus="yes"><source>%n call(s)</source><translation>{forms}</translation></message>
<message><source>half</source><translation type="unfinished">halb</translation></message>
<message><source>Open</source><comment>verb</comment><translation>öffnen</translation></message>
<message><source>Open</source><translation>offen</translation></message>
</context></TS>"""


def test_plurals_comments_and_unfinished_entries(qapp: QCoreApplication, tmp_path: Path) -> None:
    class Page(QObject):
        def calls(self, n: int) -> str:
            return self.tr("%n call(s)", "", n)

    def install(language: str, forms: str) -> TsTranslator:
        path = tmp_path / f"{language}.ts"
        path.write_text(PLURALS.format(language=language, forms=forms), encoding="utf-8")
        translator = TsTranslator(path)
        QCoreApplication.installTranslator(translator)
        return translator

    german = install("de_DE", "<numerusform>%n Anruf</numerusform><numerusform>%n Anrufe</numerusform>")
    page = Page()
    assert [page.calls(n) for n in (0, 1, 2)] == ["0 Anrufe", "1 Anruf", "2 Anrufe"]
    assert QCoreApplication.translate("Page", "half") == "half"
    assert QCoreApplication.translate("Page", "Open", "verb") == "öffnen"
    assert QCoreApplication.translate("Page", "Open") == "offen"
    QCoreApplication.removeTranslator(german)
    chinese = install("zh_CN", "<numerusform>%n 次通话</numerusform>")
    assert [page.calls(n) for n in (1, 2)] == ["1 次通话", "2 次通话"]
    QCoreApplication.removeTranslator(chinese)


_COLLECTED = """
import gc
from PySide6.QtCore import QCoreApplication
from ui import language
from ui.language import SENTENCES, Language

app = QCoreApplication([])
real = language.known

def collects(sentence):
    gc.collect()
    return real(sentence)

language.known = collects
for _ in range(20):
    made = Language("zh")
    cycle = [made]
    cycle.append(cycle)
    del made, cycle
    QCoreApplication.translate(SENTENCES, "The disk is full")
print(QCoreApplication.translate(SENTENCES, "The disk is full"))
"""


def test_a_language_that_is_collected_while_qt_reads_a_text_does_not_stop_the_window() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _COLLECTED], capture_output=True, text=True, timeout=240, check=False
    )
    assert "磁盘" in ran.stdout, ran.stderr
