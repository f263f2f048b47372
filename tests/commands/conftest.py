"""The study's form, compiled once a run; a command typed in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main
from app.questionnaire import xlsform
from tests.evidence.conftest import made, untouched
from tests.questionnaire.conftest import DAZHOU

__all__ = ["Run", "dazhou_xml", "fangxin", "made", "untouched"]

Run = Callable[..., tuple[int, str, str]]
"""A command by its words: exit code, what was said, what was complained of."""


@pytest.fixture(scope="session")
def dazhou_xml() -> str:
    return xlsform.compile_workbook(DAZHOU)


@pytest.fixture
def fangxin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`fangxin WORDS` in an empty folder, with a data folder beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path / "data"))

    def once(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return once
