"""The study's form, compiled once a run."""

import pytest

from app.questionnaire import xlsform
from tests.questionnaire.conftest import DAZHOU


@pytest.fixture(scope="session")
def dazhou_xml() -> str:
    return xlsform.compile_workbook(DAZHOU)
