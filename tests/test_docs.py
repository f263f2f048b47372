"""The documentation is run: every command shown in cli.md and start.md works as shown, in the order of the page."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.__main__ import main
from app.central.pages import open_to_read

ROOT = Path(__file__).parent.parent
CLI, START = (ROOT / "resources" / "docs" / name for name in ("cli.md", "start.md"))


def commands(page: Path) -> list[list[str]]:
    """The words of every command line in a ```sh block of a page."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


class Shell:
    """Runs commands as a user would, in one folder, in this process; central in one of its own, where the page starts it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._patch, self._capsys = folder, patch, capsys
        patch.chdir(folder)
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("FANGXIN_DATA_DIR", str(folder / "station"))
        self.central: subprocess.Popen[str] | None = None
        self.code = ""

    def run(self, words: list[str]) -> None:
        """One command. Paths into the source tree are found from the folder by a link."""
        known = {"CODE": self.code, "CENTRAL": os.environ.get("FANGXIN_CENTRAL_URL", "")}
        known["CALL"] = self._call() if "CALL" in words else ""
        known |= self._pool() if "CASE" in words else {}
        arguments = [known.get(word, word) for word in words[1:]]
        if arguments[:2] == ["central", "serve"]:
            self._serve([*arguments[:-1], "0"])
            return
        self._capsys.readouterr()
        code = main(arguments)
        said = self._capsys.readouterr()
        assert code == 0, f"{' '.join(words)}\n{said.err}"
        if arguments[:2] == ["central", "enrol"]:
            self.code = said.out.strip()

    def _call(self) -> str:
        """The first call of the demo whose recording was closed."""
        journal = next((self.folder / "demo" / "central" / "journals").glob("*/journal.jsonl"))
        lines = map(json.loads, journal.read_bytes().splitlines())
        return next(str(line["call"]) for line in lines if line["type"] == "rec.close")

    def _pool(self) -> dict[str, str]:
        """A case of the pool, and the desk that is enrolled."""
        with closing(open_to_read(self.folder / "central" / ".central" / "index.db")) as index:
            ((case,),) = index.execute("SELECT id FROM pool_cases ORDER BY ticket LIMIT 1").fetchall()
            ((desk,),) = index.execute("SELECT name FROM devices").fetchall()
        return {"CASE": case, "DESK": desk.partition(".")[0]}

    def _serve(self, arguments: list[str]) -> None:
        self.central = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self.central.stdout is not None
        self._patch.setenv("FANGXIN_CENTRAL_URL", self.central.stdout.readline().split()[-1])

    def close(self) -> None:
        """Stop central."""
        if self.central is not None:
            self.central.terminate()
            self.central.communicate(timeout=20)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [pytest.param(CLI, marks=pytest.mark.long), START], ids=lambda page: page.name
)
def test_every_command_of_the_page_works(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "resources").symlink_to(ROOT / "resources", target_is_directory=True)
    shell = Shell(tmp_path, monkeypatch, capsys)
    try:
        for words in commands(page):
            assert words[0] == "fangxin"
            shell.run(words)
    finally:
        shell.close()


def test_the_page_names_every_command() -> None:
    help_of = subprocess.run(
        [sys.executable, "-m", "app", "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    names = re.findall(r"^  ([a-z]+)  +\S", help_of.stdout, re.MULTILINE)
    page = CLI.read_text(encoding="utf-8")
    assert len(names) >= 6
    assert [name for name in names if f"fangxin {name}" not in page] == []


def test_the_threat_model_says_the_same_in_both_languages_and_begins_with_what_is_not_promised() -> None:
    texts = [
        (ROOT / "resources" / "docs" / f"threat-model{lang}.md").read_text(encoding="utf-8")
        for lang in ("", ".zh")
    ]
    shapes = []
    for text in texts:
        headings = [line for line in text.splitlines() if line.startswith("## ")]
        rows = [line.count("|") for line in text.splitlines() if line.startswith("|")]
        promises = re.findall(r"A[1-6](?:–A[1-6])?", text)
        shapes.append((len(headings), rows, len(re.findall(r"^\d\. ", text, re.MULTILINE)), len(promises)))
        assert headings[0] in ("## What we do not promise", "## 先说我们不保证什么")
    assert shapes[0] == shapes[1]
