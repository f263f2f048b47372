"""The error tree. The world's faults are below FangxinError and are shown to the user as they stand; anything else is our bug.

FangxinError                what happened · where · what to do
 ├─ UsageError              the command or setting cannot be used as given (exit 2)
 ├─ StudyError              a study folder, workbook or study package is not usable
 ├─ AnswerError             a value the current question does not take
 ├─ SealError               an age file or identity: wrong key, truncated, altered
 ├─ EvidenceError           a journal, checkpoint or receipt does not hold
 ├─ StorageError            disk full, read-only, not reserved, database
 ├─ LineError               the line or the sound cannot be used
 └─ SyncError               central cannot be reached, refused, or answered with something that proves nothing
"""


class FangxinError(Exception):
    """A fault of the world, worded for a person.

    what: one sentence. where: file, line, cell, address or field ("" if none). todo: what to do next ("" if obvious).
    """

    exit_code = 1
    language = ""
    """In which language the user asked to be told ("zh", "en"), where that is not the program's own; "" = as the program speaks."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        super().__init__(what)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.todo}" if self.todo else ""
        return f"{self.what.rstrip('.')}{place}.{advice}"


class UsageError(FangxinError):
    """The command, option, setting or surroundings cannot be used as given."""

    exit_code = 2


class StudyError(FangxinError):
    """A study folder, workbook or package is broken, unsigned, too old, or not for us."""


class AnswerError(FangxinError):
    """The value does not fit the current question; the interview stays where it is."""


class SealError(FangxinError):
    """An age file or identity: wrong key, truncated, altered, or not age at all."""


class EvidenceError(FangxinError):
    """A journal, checkpoint, manifest or receipt does not hold."""


class StorageError(FangxinError):
    """The disk is full, read-only or failing, or the local database cannot be opened."""


class LineError(FangxinError):
    """The line or the sound cannot be used."""


class SyncError(FangxinError):
    """Central cannot be reached, refused, or its answer proves nothing."""
