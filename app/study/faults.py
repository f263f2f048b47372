"""What is wrong with a study, gathered: whoever reads a file goes on after a fault, so that all of them are said at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import StudyError


class Faults(list[StudyError]):
    """In the order in which they were found."""

    @contextmanager
    def caught(self) -> Iterator[None]:
        """A StudyError inside is gathered, and what is inside stops there."""
        try:
            yield
        except StudyError as error:
            self.append(error)

    def first(self) -> None:
        """Raises the first, if there is any."""
        for fault in self:
            raise fault
