"""Which version of the questionnaire an interview is on: the one it began with, until everything it holds fits a newer one.

A study package replaces the one before; the forms of interviews that are still open are kept in the encrypted store, by SHA-256.
"""

from app.canonical import hexdigest
from app.errors import StudyError
from app.interview.interview import Interview
from app.questionnaire import versions, xlsform
from app.questionnaire.form import Form
from app.store import Store
from app.study.model import Study


class Editions:
    """The forms that interviews of this workstation have begun with."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._forms: dict[str, Form] = {}

    def keep(self, sha256: str, study: Study) -> None:
        """Remember the study's form and version, durably. sha256: of the compiled form."""
        if not self._store.setting(f"form.{sha256}"):
            with self._store.together():
                self._store.set_setting(f"form.{sha256}.version", str(study.version))
                self._store.set_setting(f"form.{sha256}", study.form_xml.decode())

    def form_of(self, state: Interview, study: Study) -> Form:
        """The version that an interview is on. Raises StudyError."""
        return study.form if state.form_sha == hexdigest(study.form_xml) else self._kept(state.form_sha)

    def _kept(self, sha256: str) -> Form:
        if sha256 not in self._forms:
            xml = self._store.setting(f"form.{sha256}")
            if not xml:
                raise StudyError(
                    "The questionnaire that this interview began with is not on this workstation",
                    where=sha256[:16],
                )
            self._forms[sha256] = xlsform.parse(xml)
        return self._forms[sha256]

    def version(self, sha256: str) -> int:
        """The study version that a kept form came with; 0 when it was never kept here."""
        return int(self._store.setting(f"form.{sha256}.version", "0"))

    def upgrades(self, state: Interview, study: Study) -> bool:
        """An interview that began with another form may go on with the study's: every answer keeps its place and its meaning, or
        the form it began with is nowhere to be found."""
        if not self._store.setting(f"form.{state.form_sha}"):
            return True
        return not versions.fits(self._kept(state.form_sha), study.form, state.values)
