"""The key ceremony and a release as the centre's people type them."""

from pathlib import Path

import pytest
import typer

from app.__main__ import main
from app.clock import seeded
from app.evidence.age import Identity, decrypt
from app.results.open import Opened
from tests.evidence.archive import Made, make
from tests.evidence.pen import CENTRE

COURT = Identity(seeded("the court")(32))
WORDS = "correct horse battery staple"


def run(*words: object) -> None:
    assert main([str(word) for word in words]) == 0


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: WORDS)
    monkeypatch.setattr("app.commands.custody.Passphrase", lambda text: quick(text))


def quick(text: str) -> object:
    from app.evidence.locked import Passphrase

    return Passphrase(text, work=10)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A key folder whose centre's key is the one that the archive of the tests is sealed for."""
    run("centre", "keygen", tmp_path / "keys")
    (tmp_path / "keys" / "centre.key").write_text(CENTRE.export() + "\n")
    (tmp_path / "keys" / "centre.pub").write_text(f"{CENTRE.recipient}\n")
    return tmp_path / "keys"


def ask(made: Made, folder: Path) -> Path:
    """A request signed by two roles, with the list of signatories beside it."""
    for name in ("analyst/wang", "supervisor/li"):
        run("centre", "signatory", name, "--out", folder / f"{name.split('/')[1]}.key")
    names = [(folder / f"{who}.vkey").read_text() for who in ("wang", "li")]
    (folder / "signatories.txt").write_text("".join(names))
    note, reason = folder / "request.note", "appeal 17"
    wish = ("--archive", made.archive, "--to", COURT.recipient, "--reason", reason, "--out", note)
    run("centre", "request", made.calls["finished"], *wish)
    run("centre", "sign", note, "--key", folder / "wang.key")
    run("centre", "sign", note, "--key", folder / "li.key")
    return note


def test_from_the_ceremony_to_a_release(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make(tmp_path / "made")
    run("centre", "split", keys, "--out", tmp_path / "sheets")
    sheets = [word for n in (3, 1) for word in ("--sheet", tmp_path / "sheets" / f"centre-{n}.txt")]
    run("centre", "drill", keys, *sheets, "--forget")
    assert not (keys / "centre.key").exists()
    before = {path.name for path in keys.iterdir()}
    note, out = ask(made, tmp_path), tmp_path / "court.age"
    how = ("--signatories", tmp_path / "signatories.txt", "--log", tmp_path / "log", "--out", out)
    run("centre", "release", note, "--archive", made.archive, "--keys", keys, *how, *sheets)
    assert decrypt(out, [COURT]).startswith(b"RIFF")
    assert {path.name for path in keys.iterdir()} == before
    secret = CENTRE.export().encode()
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and secret in p.read_bytes()], (
        "the joined key was written down"
    )
    assert "analyst/wang and supervisor/li" in capsys.readouterr().out


def test_interviews_are_opened_with_the_custodians_words_alone(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(
        "app.commands.centre.open_archive", lambda _, given: seen.extend(given) or Opened((), ())
    )
    run("centre", "split", keys, "--out", tmp_path / "sheets")
    (keys / "centre.key").unlink()
    words = iter((tmp_path / "sheets" / f"centre-{n}.txt").read_text(encoding="utf-8") for n in (2, 3))
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(words))
    run("centre", "open", tmp_path, "--split", keys, "--out", tmp_path / "opened")
    assert seen == [CENTRE]
    assert main(["centre", "open", str(tmp_path), "--out", str(tmp_path / "opened")]) == 2
    assert "No key was named" in capsys.readouterr().err


def test_a_key_is_not_forgotten_before_its_sheets_are_proven(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("centre", "split", keys, "--out", tmp_path / "sheets")
    sheet = tmp_path / "sheets" / "centre-1.txt"
    assert main(["centre", "drill", str(keys), "--sheet", str(sheet), "--forget"]) == 1
    assert "2 sheets are needed" in capsys.readouterr().err
    assert (keys / "centre.key").exists()


def test_a_study_is_still_published_when_the_private_keys_are_gone(tmp_path: Path, keys: Path) -> None:
    from app.centre import Centre

    before = Centre.read(keys).recipients
    for role in ("centre", "contact"):
        (keys / f"{role}.key").unlink()
    assert Centre.read(keys).recipients == before


@pytest.mark.usefixtures("typed")
def test_a_locked_leads_key_opens_with_its_passphrase_only(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.centre import read_identity
    from app.commands.invocation import ask_passphrase

    path = keys / "lead.key"
    plain = read_identity(path)
    run("centre", "lock", path)
    assert plain.export().encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert read_identity(path, ask_passphrase) == plain
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "another passphrase")
    capsys.readouterr()
    assert main(["centre", "lock", str(path)]) == 2
    assert "locked already" in capsys.readouterr().err
    with pytest.raises(Exception, match=r"passphrase is wrong.*lead\.key"):
        read_identity(path, ask_passphrase)


def test_a_private_key_beside_another_public_key_is_found(keys: Path) -> None:
    from app.centre import Centre

    (keys / "lead.pub").write_text(f"{COURT.recipient}\n")
    with pytest.raises(Exception, match=r"not the one to the public key.*lead\.key"):
        Centre.read(keys)


def test_the_supervisor_checks_the_releases_with_the_keys_that_he_was_given_on_the_first_day(
    keys: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make(tmp_path / "made")
    note = ask(made, tmp_path)
    words = ("centre", "release", note, "--archive", made.archive, "--keys", keys)
    kept = ("--log", tmp_path / "releases", "--out", tmp_path / "out.age")
    run(*words, *kept, "--signatories", tmp_path / "signatories.txt", "--identity", keys / "centre.key")
    run("verify", tmp_path / "releases" / "journal", "--key", keys / "journals.vkey")
    capsys.readouterr()
    run("centre", "keygen", tmp_path / "another")
    other = tmp_path / "another" / "journals.vkey"
    assert main(["verify", str(tmp_path / "releases" / "journal"), "--key", str(other)]) == 1
    assert "Unknown device key" in capsys.readouterr().out


def test_the_sheets_of_the_numbers_key_are_tried_as_the_command_says(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("centre", "split", keys, "--out", tmp_path / "sheets", "--role", "contact")
    advice = capsys.readouterr().out.strip().rpartition("fangxin ")[2].split()
    sheets = [word for n in (1, 2) for word in ("--sheet", tmp_path / "sheets" / f"contact-{n}.txt")]
    run(*advice, *sheets)
    assert not (keys / "contact.key").exists()
    assert (keys / "centre.key").exists()


def test_no_sheet_is_written_beside_one_of_an_earlier_ceremony(tmp_path: Path, keys: Path) -> None:
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "centre-3.txt").write_text("of last year")
    assert main(["centre", "split", str(keys), "--out", str(tmp_path / "sheets")]) == 1
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["centre-3.txt"]


def test_where_three_sheets_are_needed_three_are_asked_for(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("centre", "split", keys, "--out", tmp_path / "sheets", "--needed", 3, "--of", 5)
    typed = [(tmp_path / "sheets" / f"centre-{n}.txt").read_text(encoding="utf-8") for n in (5, 2, 4)]
    words = iter(typed)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(words))
    run("centre", "drill", keys)
    words = iter(["a slip in it", *typed])
    assert main(["centre", "drill", str(keys)]) == 1
    assert "slip in the words of sheet 1" in capsys.readouterr().err
    assert list(words) == typed  # nobody else had to type


def test_a_receivers_private_key_and_a_signed_request_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make(tmp_path / "made")
    given = tmp_path / "from-the-court.txt"
    given.write_text(f"# created: today\n# public key: {COURT.recipient}\n{COURT.export()}\n")
    note = tmp_path / "request.note"
    words = ["centre", "request", made.calls["finished"], "--archive", made.archive, "--to", given]
    words += ["--reason", "appeal 17", "--out", note]
    assert main([str(word) for word in words]) == 1
    assert "This is a private key" in capsys.readouterr().err
    given.write_text(f"# the court's\n{COURT.recipient}\n")
    run(*words)
    text = note.read_text(encoding="utf-8")
    assert main([str(word) for word in words]) == 1
    assert "There is a file already" in capsys.readouterr().err
    assert note.read_text(encoding="utf-8") == text
