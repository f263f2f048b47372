"""Text in columns of a terminal, where a Chinese character takes two."""

from unicodedata import east_asian_width


def columns(text: str) -> int:
    """Those that it takes: two for a Chinese character."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, wide: int) -> str:
    """The text, filled up to so many columns."""
    return text + " " * (wide - columns(text))
