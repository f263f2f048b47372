"""The window's language: English stands in the source, Chinese in resources/i18n, switchable while the window is open.

The .ts files of Qt Linguist are read as they are: no compiled .qm, no build step, the same in a clone, a wheel and a frozen build.
"""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from app.resources import resource
from app.sentences import known

LANGUAGES = ("zh", "en")
"""ISO codes the window speaks."""

_LOCALES = {"zh": "zh_CN"}


class TsTranslator(QTranslator):
    """A translator that reads Qt Linguist's .ts file with the standard library. Unfinished entries fall back to the source text.

    Plural entries take the first form for Chinese (it has one) and "one, other" for every other language.
    """

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        root = ET.parse(path).getroot()  # noqa: S314 - our own shipped file, not the world's
        self._single_form = root.get("language", "").startswith("zh")
        self._texts: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for context in root.iter("context"):
            name = context.findtext("name", "")
            for message in context.iter("message"):
                key = (name, message.findtext("source", ""), message.findtext("comment", ""))
                if forms := _forms(message.find("translation")):
                    self._texts[key] = forms

    def isEmpty(self) -> bool:
        """False when there is anything to translate (Qt does not ask an empty translator)."""
        return not self._texts

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1, /) -> str:
        """The text in this language; None tells Qt to ask the next translator."""
        forms = self._texts.get((context, source, disambiguation or ""))
        if forms is None:
            return None  # type: ignore[return-value]  # a null string, which PySide6's stubs cannot say
        plural = not self._single_form and n not in (-1, 1)
        return forms[min(int(plural), len(forms) - 1)]


def _forms(translation: ET.Element | None) -> tuple[str, ...]:
    if translation is None or translation.get("type") in ("unfinished", "vanished", "obsolete"):
        return ()
    forms = tuple(form.text or "" for form in translation.findall("numerusform")) or (translation.text or "",)
    return forms if all(forms) else ()


SENTENCES = "Sentences"
"""The context of what errors say: whole sentences with values in them, which Linguist's tables cannot hold."""


class SentenceTranslator(QTranslator):
    """Errors of the program, in Chinese (app/sentences.py)."""

    def isEmpty(self) -> bool:
        """Never."""
        return False

    def translate(
        self, context: str, source: str, _disambiguation: str | None = None, _n: int = -1, /
    ) -> str:
        """The text in Chinese; None tells Qt to ask the next translator, and in the end to leave it as it is."""
        return (known(source) if context == SENTENCES else "") or None  # type: ignore[return-value]  # see above


@cache
def _table(iso: str) -> TsTranslator:
    return TsTranslator(resource("i18n", f"fangxin_{_LOCALES[iso]}.ts"))


@cache
def _translators(iso: str) -> tuple[QTranslator, ...]:
    """Made once, and never given back: the end of a translator waits until Qt reads no text, and Python may collect it in the very
    translate() for which Qt is reading. Then the window stands still for ever."""
    qt = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    found = qt.load(f"qtbase_{_LOCALES[iso]}", folder)  # the buttons of Qt's own dialogs
    ours = (_table(iso), SentenceTranslator())
    return (qt, *ours) if found else ours


class Language:
    """Which language the window speaks, and single texts in the language of the interview. A process speaks one: the last that was asked
    for, by whichever of these."""

    def __init__(self, iso: str = "") -> None:
        """iso: "zh" or "en"; "" follows the system."""
        self.current = ""
        self.use(iso or of_system())

    def use(self, iso: str) -> None:
        """Speak another language from now on. Every widget gets Qt's LanguageChange event."""
        if iso == self.current:
            return
        for each in _LOCALES:
            for translator in _translators(each):
                QCoreApplication.removeTranslator(translator)
        for translator in _translators(iso) if iso in _LOCALES else ():
            QCoreApplication.installTranslator(translator)
        self.current = iso

    def toggle(self) -> None:
        """The other language."""
        at = LANGUAGES.index(self.current) if self.current in LANGUAGES else 0
        self.use(LANGUAGES[(at + 1) % len(LANGUAGES)])

    def spoken(self, iso: str, context: str, source: str) -> str:
        """A text in the language of the interview, whatever the window speaks: for words that are read to the respondent."""
        return (_table(iso).translate(context, source) if iso in _LOCALES else None) or source


def of_system() -> str:
    """ "zh" where the system speaks Chinese, else "en"."""
    return "zh" if QLocale.system().language() == QLocale.Language.Chinese else "en"
