"""The forms that pyxform has shipped as its own test material, fetched when the test runs and never kept.

Version 1.4.0 is the last whose package holds the workbooks and the tests with forms in them; later ones ship neither.
"""

import ast
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSION = "1.4.0"
FOLDERS = ("pyxform/tests/example_xls", "pyxform/tests/bug_example_xls", "pyxform/tests/test_expected_output")
BOOKS = {".xls", ".xlsx", ".xlsm", ".csv"}


@dataclass(frozen=True, slots=True)
class Tables:
    """A form written as tables of text within one of pyxform's tests. name: file and line."""

    name: str
    text: str


def fetch(folder: Path) -> str:
    """Unpacks the package into the folder; returns why not, "" = done."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-q",
        "-d",
        str(folder),
    ]
    run = subprocess.run([*command, f"pyxform=={VERSION}"], capture_output=True, text=True, timeout=180)
    packages = list(folder.glob("pyxform-*.whl"))
    if not packages:
        return run.stderr.strip()[-300:] or "nothing was downloaded"
    with zipfile.ZipFile(packages[0]) as package:
        package.extractall(folder)
    return ""


def books(folder: Path) -> list[Path]:
    """Every workbook, and every table in one csv."""
    return sorted(file for part in FOLDERS for file in (folder / part).iterdir() if file.suffix in BOOKS)


def xforms(folder: Path) -> list[Path]:
    """Every XForm that pyxform expected as output."""
    return sorted(file for part in FOLDERS for file in (folder / part).glob("*.xml"))


def tables(folder: Path) -> Iterator[Tables]:
    """Every form within the tests: the text after md= in a call."""
    for file in sorted((folder / "pyxform" / "tests_v1").glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "md" and isinstance(node.value, ast.Constant):
                yield Tables(f"{file.name}:{node.value.lineno}", textwrap.dedent(str(node.value.value)))
