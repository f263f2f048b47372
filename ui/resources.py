"""Where the shipped files lie: beside the code in a clone, in an installed wheel and in a frozen build alike."""

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of resources/PARTS. PyInstaller unpacks ui/ and resources/ side by side too, so one rule serves all three."""
    return Path(__file__).resolve().parent.parent.joinpath("resources", *parts)
