"""Starting where no window can be shown: one sentence, exit code 2, never a traceback or an abort."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import UsageError
from ui.surroundings import check_display, import_fault, start_fault

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; from pathlib import Path; from ui.start import run; sys.exit(run({make}, data_dir=Path(sys.argv[1])))"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="every Windows has a display")


def start(tmp_path: Path, make: str = "lambda: None", **environ: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    surroundings = {name: value for name, value in os.environ.items() if name not in hidden} | environ
    surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, [environ.get("PYTHONPATH", ""), str(ROOT)]))
    return subprocess.run(
        [sys.executable, "-c", START.format(make=make), str(tmp_path / "data")],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@LINUX
def test_without_a_display_it_says_so_and_points_to_the_demo(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "There is no display here, so the desk window cannot be shown. “fangxin demo” runs everything without a window.\n"
    )
    assert not (tmp_path / "data").exists()


@LINUX
def test_a_display_that_does_not_answer_gets_the_sentence_not_an_abort(tmp_path: Path) -> None:
    done = start(tmp_path, DISPLAY=":9876")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("The desk window cannot be shown")
    assert "fangxin demo" in done.stderr


def test_missing_system_libraries_get_the_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "PySide6"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(
        'raise ImportError("libEGL.so.1: cannot open shared object file")', encoding="utf-8"
    )
    done = start(tmp_path, PYTHONPATH=str(broken.parent), QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert done.stderr == (
        "The window's libraries cannot be loaded (libEGL.so.1: cannot open shared object file). "
        "“fangxin demo” runs everything without a window.\n"
    )


def test_a_desk_that_cannot_be_set_up_ends_with_its_own_sentence(tmp_path: Path) -> None:
    make = "(lambda: (_ for _ in ()).throw(__import__('app.errors').errors.StorageError('The disk is full')))"
    done = start(tmp_path, make, QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stderr) == (1, "The disk is full.\n")


def test_a_bug_while_the_desk_is_set_up_is_logged_in_full(tmp_path: Path) -> None:
    done = start(tmp_path, "lambda: {}['q7']", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    log = (tmp_path / "data" / "logs" / "fangxin.log").read_text(encoding="utf-8")
    assert "KeyError" in log


FAKE = "__import__('tests.ui.fake_desk', fromlist=['x']).FakeDesk()"


def test_a_bug_on_any_other_thread_ends_politely_too(tmp_path: Path) -> None:
    make = f"(lambda: (__import__('threading').Thread(target=lambda: 1 / 0).start(), {FAKE})[1])"
    done = start(tmp_path, make, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    log = (tmp_path / "data" / "logs" / "fangxin.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log


@LINUX
def test_ctrl_c_closes_the_desk_properly(tmp_path: Path) -> None:
    make = f"(lambda: (__import__('threading').Timer(1.0, lambda: __import__('os').kill(__import__('os').getpid(), 2)).start(), {FAKE})[1])"
    done = start(tmp_path, make, QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_data_folder_that_cannot_be_written_ends_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder", encoding="utf-8")
    done = start(tmp_path, QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 1
    assert done.stderr.startswith("The data folder cannot be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("environ", "fine"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
        ({"QT_QPA_PLATFORM": "xcb"}, False),
    ],
)
def test_what_counts_as_a_display(environ: dict[str, str], fine: bool) -> None:
    if fine:
        check_display(environ, "linux")
    else:
        with pytest.raises(UsageError) as caught:
            check_display(environ, "linux")
        assert caught.value.exit_code == 2
    check_display(environ, "win32")


def test_faults_name_what_was_missing() -> None:
    assert "libGL.so.1" in str(import_fault(ImportError("libGL.so.1: no such file")))
    assert str(start_fault("no plugin\nmore")).startswith("The desk window cannot be shown (no plugin).")
