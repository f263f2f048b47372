"""Text in columns of a terminal, where a Chinese character takes two."""

from collections.abc import Iterator
from unicodedata import east_asian_width


def columns(text: str) -> int:
    """Those that it takes: two for a Chinese character."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, wide: int) -> str:
    """The text, filled up to so many columns."""
    return text + " " * (wide - columns(text))


_OPENS, _CLOSES = "（《“‘〔【([{<", "、，。；：？！）》”’〕】…)]}>,.;:?!"
"""After an opening mark no line may end, before a closing one none may begin."""


def wrapped(text: str, wide: int) -> list[str]:
    """Lines of at most so many columns: broken at blanks, and before and after each Chinese character. What cannot be broken stands out."""
    lines, line = [], ""
    for word in text.split():
        for at, piece in enumerate(_pieces(word)):
            gap = "" if at or not line else " "
            if line and columns(line + gap + piece) > wide:
                lines.append(line)
                line = piece
            else:
                line += gap + piece
    return [*lines, line] if line else lines


def _pieces(word: str) -> Iterator[str]:
    """The parts of a word that stay together; what stands in square brackets does."""
    piece = ""
    for letter in word:
        chinese = piece and (columns(piece[-1]) == 2 or columns(letter) == 2)
        if chinese and "[" not in piece and piece[-1] not in _OPENS and letter not in _CLOSES:
            yield piece
            piece = ""
        piece += letter
    yield piece
