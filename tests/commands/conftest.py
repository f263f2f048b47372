"""The study's form, compiled once a run."""

import pytest

from app.questionnaire import xlsform
from tests.evidence.conftest import made, untouched
from tests.questionnaire.conftest import DAZHOU

__all__ = ["dazhou_xml", "made", "untouched"]


@pytest.fixture(scope="session")
def dazhou_xml() -> str:
    return xlsform.compile_workbook(DAZHOU)
