"""Bad input on the command line: one clear sentence, an exit code that is not 0, no traceback, and nothing lost.

Every test compares the folders that the command touches before and after.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import stamina

from app.__main__ import main
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.centre import Centre
from app.clock import SystemClock, seeded, system_entropy
from app.study.bundle import build
from tests.desk_room import CENTRAL, NOON, STUDY, centre, source
from tests.desk_talk import answers, ring, seat, talk

ROOT = Path(__file__).resolve().parent.parent
YEAR = 366 * 24 * 3_600_000
Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused; returns its one sentence."""

    def run(*arguments: object, code: int = 1) -> str:
        ended = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        sentence = one_sentence(said.err)
        assert ended == code, said.err
        return sentence

    return run


def one_sentence(err: str) -> str:
    """The only line on stderr."""
    lines = [line for line in err.splitlines() if line.strip()]
    assert "Traceback" not in err
    assert len(lines) == 1, err
    assert lines[0].startswith("fangxin: ")
    assert "object at 0x" not in err
    return lines[0].removeprefix("fangxin: ")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def packed(
    out: Path, version: int = 1, by: Centre | None = None, expires: int = 0, central: str = ""
) -> Path:
    """A study package."""
    by = by or centre()
    return build(
        replace(source(), version=version),
        version=version,
        expires=expires or SystemClock().wall() + YEAR,
        recipients=by.recipients,
        central_vkey=central or CENTRAL.vkey,
        witness_vkeys=(),
        signer=by.publisher,
        out=out,
    )


# Studies


def spoil(folder: Path, column: str, value: str) -> tuple[Path, str]:
    """The study's workbook with one cell of the question "age" changed; and that cell's row."""
    path = folder / "questionnaire.xlsx"
    book = openpyxl.load_workbook(STUDY / "questionnaire.xlsx")
    sheet = book["survey"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    row = next(line[0].row for line in sheet.iter_rows() if line[heads["name"] - 1].value == "age")
    sheet.cell(row, heads[column]).value = value
    book.save(path)
    return path, str(row)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("type", "integre", "integre"),
        ("type", "select_one nothing_like_it", "nothing_like_it"),
        ("name", "not a name", "not a name"),
        ("relevant", "${no_such_question} = 1", "no_such_question"),
        ("constraint", ". >= (", ""),
        ("constraint", "launch_missiles(.)", "launch_missiles"),
        ("name", "consent", "consent"),
    ],
)
def test_a_broken_xlsform_is_named_by_its_place(
    refused: Refused, tmp_path: Path, column: str, value: str, says: str
) -> None:
    path, row = spoil(tmp_path, column, value)
    sentence = refused("study", "check", path)
    assert says in sentence
    assert row in sentence or "age" in sentence


@pytest.mark.parametrize("what", ["missing", "empty", "half", "text", "folder without a study"])
def test_what_is_no_workbook_is_said(refused: Refused, tmp_path: Path, what: str) -> None:
    path = tmp_path / "questionnaire.xlsx"
    whole = (STUDY / "questionnaire.xlsx").read_bytes()
    contents = {"empty": b"", "half": whole[: len(whole) // 2], "text": b"type,name\n"}
    if what in contents:
        path.write_bytes(contents[what])
    if what == "folder without a study":
        path.mkdir()
    assert "questionnaire.xlsx" in refused("study", "check", path) or what == "folder without a study"


def test_a_study_folder_with_a_broken_table_is_named_by_line(refused: Refused, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(STUDY, folder)
    units = (folder / "units.csv").read_text(encoding="utf-8").splitlines()
    units[3] = units[3].replace(",", ";")
    (folder / "units.csv").write_text("\n".join(units), encoding="utf-8")
    sentence = refused("study", "check", folder)
    assert "units.csv" in sentence
    assert "4" in sentence


@pytest.mark.parametrize(
    "what", ["unsigned", "signed by another", "altered", "expired", "cut short", "empty"]
)
def test_a_study_package_that_is_not_good_is_not_served(refused: Refused, tmp_path: Path, what: str) -> None:
    central, publisher = tmp_path / "central", centre().publisher.vkey
    assert (
        main(
            [
                "central",
                "install",
                str(packed(tmp_path / "good.study")),
                "--data",
                str(central),
                "--key",
                publisher,
            ]
        )
        == 0
    )
    before = tree(central / "study")
    bad = tmp_path / "bad.study"
    if what == "signed by another":
        packed(bad, 2, Centre.generate("other/publisher", seeded("other")))
    elif what == "expired":
        packed(bad, 2, expires=NOON)
    else:
        data = packed(bad, 2).read_bytes()
        signature = "— test/publisher".encode()
        data = {
            "unsigned": data.replace(signature, b"  test/publisher "),
            "altered": data[: len(data) // 2]
            + bytes([data[len(data) // 2] ^ 1])
            + data[len(data) // 2 + 1 :],
            "cut short": data[: len(data) // 3],
            "empty": b"",
        }[what]
        bad.write_bytes(data)
    for command in (
        ("study", "show", bad, "--key", publisher),
        ("central", "install", bad, "--data", central, "--key", publisher),
    ):
        assert "package" in refused(*command)
    assert tree(central / "study") == before


def test_an_older_study_package_is_not_taken_by_a_workstation(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publisher, clock = centre().publisher.vkey, SystemClock()
    desk = tmp_path / "desk"

    def enrolled(name: str, version: int) -> tuple[str, ...]:
        """A central that serves this version, and the words that enrol with it."""
        with FolderStore.open(tmp_path / name, system_entropy) as stores:
            package = packed(tmp_path / f"{name}.study", version, central=stores.signer.vkey)
            stores.install(
                package.read_bytes(),
                study="dazhou-2017",
                version=version,
                rehearsal=True,
                centre_vkey=publisher,
            )
            code = stores.index.issue_code(system_entropy, clock.wall())
            return (
                "sync",
                "enrol",
                "--code",
                code,
                "--publisher",
                publisher,
                "--central",
                stores.signer.vkey,
            )

    for name, version in (("new", 2), ("old", 1)):
        words = enrolled(name, version)
        with (
            FolderStore.open(tmp_path / name, system_entropy) as stores,
            running(Registry(stores, clock)) as url,
        ):
            monkeypatch.setenv("FANGXIN_CENTRAL_URL", url)
            if version == 2:
                assert main(["--data-dir", str(desk), *words]) == 0, capsys.readouterr().err
                in_a_file = b'"keystore":"file"' in (desk / "device.json").read_bytes()
                assert ("protected by file permissions only" in capsys.readouterr().err) == in_a_file
                before = tree(desk / "study")
            else:
                assert "older" in refused("--data-dir", desk, *words)
    assert tree(desk / "study") == before
    assert len(before) == 1


# Evidence


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a desk after one interview."""
    room = seat(tmp_path_factory.mktemp("finished"), answers())
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    room.desk.sign_out()
    room.close()
    return room.folder


def test_a_wrong_identity_opens_nothing_and_is_said(refused: Refused, finished: Path, tmp_path: Path) -> None:
    Centre.generate("other/publisher", seeded("other")).write(tmp_path / "keys")
    before = tree(finished)
    for identity in (tmp_path / "keys", tmp_path / "keys" / "centre.key"):
        assert "opens" in refused("verify", finished, "--identity", identity)
    assert tree(finished) == before


@pytest.mark.parametrize(
    "content", [b"", b"not a key\n", b"\x00\xff\x00", b"AGE-SECRET-KEY-1QQQQ\n", b"age1qqqq\n"]
)
def test_a_file_that_is_no_identity_is_named(
    refused: Refused, finished: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "my.key"
    path.write_bytes(content)
    assert "my.key" in refused("verify", finished, "--identity", path)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.999])
def test_a_truncated_recording_is_found_and_named(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path, kept: float
) -> None:
    folder = tmp_path / "desk"
    shutil.copytree(finished, folder)
    (recording,) = (folder / "recordings").glob("*.age")
    data = recording.read_bytes()
    recording.write_bytes(data[: int(len(data) * kept)])
    assert main(["verify", str(folder)]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert recording.name in said.out
    assert "NOT PROVEN" in said.out or "NOT COMPLETE" in said.out


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder"])
def test_a_path_that_is_no_archive_is_said(refused: Refused, tmp_path: Path, what: str) -> None:
    path = tmp_path / "it"
    if what == "a file":
        path.touch()
    if what == "an empty folder":
        path.mkdir()
    assert str(path) in refused("verify", path)


# The machine


def test_a_port_in_use_is_said(refused: Refused, tmp_path: Path) -> None:
    main(["central", "key", "--data", str(tmp_path)])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = refused("central", "serve", "--data", tmp_path, "--port", port, code=2)
    assert f"Port {port} is in use" in sentence


def test_a_central_that_cannot_be_reached_is_said_and_everything_stays(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FANGXIN_CENTRAL_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        words = ("--code", "AAAA", "--publisher", centre().publisher.vkey, "--central", CENTRAL.vkey)
        with stamina.set_testing(True, attempts=5):  # no pause before another try
            sentence = refused("--data-dir", tmp_path, "sync", "enrol", *words)
    assert "cannot be reached" in sentence
    assert "stays on this workstation" in sentence


@pytest.mark.parametrize("url", ["nonsense", "ftp://central", "https://", "127.0.0.1:12340"])
def test_an_address_that_is_none_is_said(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", url)
    assert '"central_url"' in refused("--data-dir", tmp_path, "sync", "now", code=2)


@pytest.fixture
def below_a_file(tmp_path: Path) -> Path:
    """A place where nobody can write, not even root."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "data"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("demo", "--out", "HERE"), 2),
        (("centre", "keygen", "HERE"), 1),
        (("central", "key", "--data", "HERE"), 1),
        (("study", "build", STUDY, "--keys", "KEYS", "--central", CENTRAL.vkey, "--out", "HERE"), 1),
        (("--selftest", "--out", "HERE"), 2),
        (("--data-dir", "HERE", "sync", "now"), 1),
    ],
    ids=lambda value: " ".join(map(str, value[:2])) if isinstance(value, tuple) else None,
)
def test_a_folder_that_cannot_be_written_is_named(
    refused: Refused,
    tmp_path: Path,
    below_a_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", "https://central.example")
    centre().write(tmp_path / "keys")
    places = {"HERE": below_a_file, "KEYS": tmp_path / "keys"}
    sentence = refused(*(places.get(word, word) for word in words), code=code)
    assert str(below_a_file) in sentence


def test_a_demo_is_not_poured_into_a_folder_with_something_in_it(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work", encoding="utf-8")
    assert "not empty" in refused("demo", "--out", tmp_path, code=2)
    assert tree(tmp_path) == {"thesis.odt": b"years of work"}


def test_keys_are_never_written_over(refused: Refused, tmp_path: Path) -> None:
    main(["centre", "keygen", str(tmp_path)])
    before = tree(tmp_path)
    assert "keys in this folder already" in refused("centre", "keygen", tmp_path, code=2)
    assert tree(tmp_path) == before


# The command line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--nonsense",), "--nonsense"),
        (("nonsense",), "nonsense"),
        (("study", "nonsense"), "nonsense"),
        (("demo", "--nonsense"), "--nonsense"),
        (("demo", "--interviews", "many"), "--interviews"),
        (("demo", "--interviews", "0"), "--interviews"),
        (("demo", "--seed"), "--seed"),
        (("study", "check"), "path"),
        (("verify",), "path"),
        (("central", "serve", "--data", "x", "--port", "99999"), "--port"),
        (("study", "show", "x.study", "--key", "junk"), "junk"),
        (("sync", "now"), "central_url"),
        (("one\x00two",), "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_command_line_that_cannot_be_read_is_explained(
    refused: Refused, words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in refused(*words, code=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [("language = zh", "not valid TOML"), ('colour = "red"', '"colour"'), ("log_days = -1", '"log_days"')],
)
def test_broken_settings_are_named_and_left_as_they_are(
    refused: Refused, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    sentence = refused("--data-dir", tmp_path, "sync", "now", code=2)
    assert says in sentence
    assert "settings.toml" in sentence
    assert tree(tmp_path) == {"settings.toml": text.encode()}


def test_a_public_key_file_that_is_something_else_is_said(refused: Refused, tmp_path: Path) -> None:
    package = packed(tmp_path / "a.study")
    assert "no public key" in refused("study", "show", package, "--key", package, code=2)


# Real file systems


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small tmpfs; needs root on Linux."""
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / "small"
        place.mkdir(exist_ok=True)
        if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("mounting a tmpfs needs root on Linux")
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in reversed(places):
        subprocess.run(["umount", "-l", str(place)], check=True)


def started(*words: object) -> tuple[int, str]:
    """A command in a process of its own: exit code and its one sentence."""
    command = [sys.executable, "-m", "app", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, one_sentence(done.stderr)


@pytest.mark.real
def test_a_full_disk_ends_the_demo_with_a_sentence_and_no_call_is_made_unrecorded(
    mounted: Callable[[str], Path],
) -> None:
    place = mounted("size=4m")
    code, sentence = started("demo", "--out", place / "demo")
    assert code == 1
    assert "The disk is full" in sentence
    journal = next((place / "demo" / "workstation").glob("journals/*/journal.jsonl")).read_bytes()
    assert b'"dial.start"' not in journal


@pytest.mark.real
def test_a_disk_too_small_for_the_keys_and_the_study_is_said(mounted: Callable[[str], Path]) -> None:
    place = mounted("size=64k")
    code, sentence = started("demo", "--out", place / "demo")
    assert code == 1
    assert "disk" in sentence


@pytest.mark.real
def test_a_read_only_data_folder_is_said_and_left_alone(
    mounted: Callable[[str], Path], finished: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = mounted("size=64m")
    shutil.copytree(finished, place / "desk")
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    before = tree(place)
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", "https://central.example")
    for words, code in (
        (("--data-dir", place / "desk", "sync", "now"), 1),
        (("--data-dir", place / "new", "sync", "now"), 1),
        (("centre", "keygen", place / "keys"), 1),
        (("central", "key", "--data", place / "central"), 1),
        (("demo", "--out", place / "demo"), 2),
    ):
        assert "ead-only" in refused(*words, code=code)
    assert main(["verify", str(place / "desk")]) == 0
    assert tree(place) == before
