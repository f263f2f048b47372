"""What an installation carries: a workstation neither pulls nor needs the libraries of central and of the centre."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_FOR_WORKSTATIONS = (
    "starlette",
    "uvicorn",
    "xlsxwriter",
    "duckdb",
    "pyarrow",
    "fastapi",
    "phonenumbers",
    "python_calamine",
    "shamir_mnemonic",
    "reportlab",
    "segno",
    "rfc3161_client",
)
BARE = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None
from ui.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""


def bare(*words: str) -> subprocess.CompletedProcess[str]:
    """Run fangxin where the extras are not installed."""
    code = BARE.format(blocked=NOT_FOR_WORKSTATIONS)
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
    )


def test_the_workstations_dependencies_do_not_name_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = " ".join(project["dependencies"]).lower()
    assert [name for name in NOT_FOR_WORKSTATIONS if name in named] == []


def test_the_workstation_checks_itself_without_them(tmp_path: Path) -> None:
    done = bare("--selftest", "--out", str(tmp_path / "report.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


def test_a_command_that_needs_them_says_which_extra(tmp_path: Path) -> None:
    done = bare("--data-dir", str(tmp_path), "demo", "--out", str(tmp_path / "demo"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "fangxin[all]" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_every_command_is_there_without_them() -> None:
    """`fangxin sample` was not: it needed the centre's libphonenumber before it knew which of its commands was meant."""
    done = bare("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "sample" in done.stdout


def test_starting_loads_neither_qt_nor_the_form_compiler() -> None:
    """Cold start is what an interviewer waits for every morning."""
    code = "import sys, ui.__main__; print(*(n for n in ('PySide6', 'pyxform', 'starlette', 'uvicorn', 'xlsxwriter') if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == ""
