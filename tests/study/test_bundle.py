"""The signed package: taken when it is right, and each way of being wrong has its own sentence. Valid, invalid, tampered."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.canonical import hexdigest
from app.errors import StorageError, StudyError
from app.evidence import note
from app.evidence.age import Identity
from app.evidence.note import COSIGNATURE, Opened, Signer, Verifier
from app.study import bundle
from app.study.archive import pack, unpack
from app.study.bundle import KEYS, MANIFEST, build, open_bundle
from app.study.model import Recipients, Study, StudySource

CENTRE = Signer("fangxin/centre", bytes(range(32)))
STRANGER = Signer("fangxin/centre", bytes(range(1, 33)))
NOW = 1_800_000_000_000
YEAR = 365 * 86_400_000
KEYS_OF_THE_CENTRE = Recipients(*((str(Identity(bytes([n]) * 32).recipient),) for n in (1, 2, 3)))
COUNTY = str(Identity(bytes([9]) * 32).recipient)
CENTRAL, WITNESS = (Signer(name, bytes([7]) * 32, COSIGNATURE).vkey for name in ("central", "witness"))


def built(source: StudySource, out: Path, signer: Signer = CENTRE, version: int = 3) -> Path:
    return build(
        source,
        version=version,
        expires=NOW + YEAR,
        recipients=KEYS_OF_THE_CENTRE,
        central_vkey=CENTRAL,
        witness_vkeys=(WITNESS,),
        signer=signer,
        out=out,
    )


def opened(path: Path, now: int = NOW, installed: int = 0, *trusted: Verifier) -> Study:
    return open_bundle(path, trusted=trusted or (CENTRE.verifier,), now=now, installed=installed)


@pytest.fixture
def package(dazhou: StudySource, tmp_path: Path) -> Path:
    return built(dazhou, tmp_path)


Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def changed(package: Path, change: Change) -> Path:
    """Somebody unpacks the file, changes something and packs it again, checksums and all."""
    package.write_bytes(pack(change(unpack(package.read_bytes()))))
    return package


def signed_again(members: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    """A list that the centre's key really signs, but with other words in it."""
    text = note.open_note(members[MANIFEST], [CENTRE.verifier]).text.replace(old, new, 1)
    return {**members, MANIFEST: note.sign(text, CENTRE).encode()}


def test_what_the_centre_packs_the_workstation_opens(package: Path, dazhou: StudySource) -> None:
    assert package.name == "dazhou-2017-3.study"
    study = opened(package)
    assert (study.id, study.version, study.suite, study.expires) == ("dazhou-2017", 3, "S1", NOW + YEAR)
    assert study.recipients == KEYS_OF_THE_CENTRE
    assert study.central_vkey == CENTRAL
    assert study.witness_vkeys == (WITNESS,)
    assert (study.units, study.aspects, study.population) == (dazhou.units, dazhou.aspects, dazhou.population)
    assert study.form == dazhou.form
    assert study.rehearsal_only


def test_the_same_study_gives_the_same_bytes(package: Path, dazhou: StudySource, tmp_path: Path) -> None:
    again = built(dazhou, tmp_path / "other" / "place.study")
    assert again == tmp_path / "other" / "place.study"
    assert again.read_bytes() == package.read_bytes()
    assert opened(again).sha256 == opened(package).sha256


def test_the_list_can_be_checked_with_stock_tools(package: Path) -> None:
    """unzip and sha256sum see what we see: the list stands first, the other files in order, nothing compressed, no dates."""
    with zipfile.ZipFile(package) as archive:
        infos = archive.infolist()
        lines = archive.read(MANIFEST).decode().split("\n")
        listed = {line[65:]: line[:64] for line in lines[5 : lines.index("")]}
        assert [info.filename for info in infos] == [MANIFEST, *sorted(listed)]
        assert all(hexdigest(archive.read(name)) == digest for name, digest in listed.items())
        assert {(info.compress_type, info.date_time[0]) for info in infos} == {(zipfile.ZIP_STORED, 1980)}
    assert lines[:2] == ["fangxin-study/v1", "dazhou-2017"]


def without_signature(members: dict[str, bytes]) -> dict[str, bytes]:
    return {**members, MANIFEST: members[MANIFEST].split(b"\n\n")[0] + b"\n"}


def with_longer_life(members: dict[str, bytes]) -> dict[str, bytes]:
    old, new = str(NOW + YEAR), str(NOW + 9 * YEAR)
    return {**members, MANIFEST: members[MANIFEST].replace(old.encode(), new.encode())}


def with_other_key(members: dict[str, bytes]) -> dict[str, bytes]:
    return {
        **members,
        KEYS: members[KEYS].replace(*(text.encode() for text in (KEYS_OF_THE_CENTRE.centre[0], COUNTY))),
    }


def with_other_weights(members: dict[str, bytes]) -> dict[str, bytes]:
    return {**members, "study.toml": members["study.toml"].replace(b"weight = 30", b"weight = 29")}


def with_other_question(members: dict[str, bytes]) -> dict[str, bytes]:
    return {**members, "form.xml": members["form.xml"].replace("重视不重视".encode(), "很重视吧".encode())}


TAMPERED: dict[str, tuple[Change, str]] = {
    "no list": (lambda m: {n: d for n, d in m.items() if n != MANIFEST}, "is not signed"),
    "list not first": (lambda m: dict(sorted(m.items())), "is not signed"),
    "no signature": (without_signature, "is not signed"),
    "longer life": (with_longer_life, "signature of this study package is false"),
    "another recipient": (with_other_key, "was altered after signing"),
    "other weights": (with_other_weights, "was altered after signing"),
    "a leading question": (with_other_question, "was altered after signing"),
    "a file more": (lambda m: {**m, "scripts/zz.md": b"x"}, "was added to this study package"),
    "a file less": (lambda m: {n: d for n, d in m.items() if n != "scripts/faq.md"}, "A file is missing"),
    "other order": (
        lambda m: {MANIFEST: m[MANIFEST], **dict(sorted(m.items(), reverse=True))},
        "bytes in it",
    ),
    "other suite": (lambda m: signed_again(m, "\nS1\n", "\nS2\n"), "suite S2"),
    "other format": (lambda m: signed_again(m, "/v1\n", "/v2\n"), "another format"),
    "no number": (
        lambda m: signed_again(m, "\n3\n", "\nthree\n"),
        "list of this study package cannot be read",
    ),
    "other study": (
        lambda m: signed_again(m, "\ndazhou-2017\n", "\ndazhou-2018\n"),
        "signed for dazhou-2018",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_package_is_refused_in_its_own_words(what: str, package: Path) -> None:
    change, says = TAMPERED[what]
    with pytest.raises(StudyError) as refusal:
        opened(changed(package, change))
    assert says in refusal.value.what
    assert package.name in refusal.value.where


def test_every_sentence_is_another_one(package: Path) -> None:
    """Whoever reads it on the telephone to IT must not have to guess which of them it is."""
    original = package.read_bytes()
    said: dict[str, str] = {}
    for what in ("no signature", "longer life", "other weights", "a file more", "a file less", "other order"):
        package.write_bytes(original)
        with pytest.raises(StudyError) as refusal:
            opened(changed(package, TAMPERED[what][0]))
        said[what] = refusal.value.what
    package.write_bytes(original)
    expired, older, stranger = (NOW + YEAR, 0), (NOW, 4), (NOW, 0, STRANGER.verifier)
    for number, arguments in enumerate((expired, older, stranger)):
        with pytest.raises(StudyError) as refusal:
            opened(package, *arguments)  # type: ignore[arg-type]  # three shapes of one call
        said[str(number)] = refusal.value.what
    assert len(set(said.values())) == len(said)


def test_signed_by_somebody_else(dazhou: StudySource, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="signed by nobody whom this workstation trusts"):
        opened(built(dazhou, tmp_path, STRANGER))
    with pytest.raises(StudyError, match="signed by nobody whom this workstation trusts"):
        open_bundle(built(dazhou, tmp_path), trusted=(), now=NOW)


def test_the_day_it_expires(package: Path) -> None:
    assert opened(package, NOW + YEAR - 1).version == 3
    with pytest.raises(StudyError, match="expired on 2028-01-15"):
        opened(package, NOW + YEAR)


def test_no_way_back_to_an_older_version(package: Path) -> None:
    assert opened(package, installed=3).version == 3
    with pytest.raises(StudyError, match="version 3, older than version 4 that is installed"):
        opened(package, installed=4)


def test_there_is_none_or_it_is_something_else(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no such study package"):
        opened(tmp_path / "x.study")
    (tmp_path / "x.study").write_bytes(b"PK\x03\x04")
    with pytest.raises(StudyError, match="not a study package"):
        opened(tmp_path / "x.study")
    with pytest.raises(StudyError, match="cannot be read"):
        opened(tmp_path)


def zipped(names: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    "name", ["../study.toml", "/etc/passwd", "C:/x", "a\\b", "frame/../../x", ".hidden", "a//b", "a/b/c/d/e", "名.md", "dir/"]
)  # fmt: skip
def test_paths_that_lead_elsewhere(name: str, package: Path) -> None:
    package.write_bytes(zipped({MANIFEST: b"x", name: b"x"}))
    with pytest.raises(StudyError, match="file name cannot stand"):
        opened(package)


def test_two_files_of_one_name(package: Path) -> None:
    package.write_bytes(zipped({MANIFEST: b"x", "units.csv": b"1", "UNITS.csv": b"2"}))
    with pytest.raises(StudyError, match="same name"):
        opened(package)


def test_bombs(package: Path) -> None:
    package.write_bytes(zipped({MANIFEST: bytes(10 << 20)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(StudyError, match="compressed"):
        opened(package)
    package.write_bytes(zipped({MANIFEST: bytes(65 << 20)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(StudyError, match="far too much"):
        opened(package)
    package.write_bytes(zipped({f"f{number}": b"" for number in range(300)}))
    with pytest.raises(StudyError, match="far too much"):
        opened(package)
    with package.open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(StudyError, match="far too large"):
        opened(package)


def test_bytes_before_behind_and_between(package: Path) -> None:
    data = package.read_bytes()
    for other in (b"#!/bin/sh\n" + data, data + b"\0", data[:-2] + b"\x04\0" + b"note"):
        package.write_bytes(other)
        with pytest.raises(StudyError, match=r"bytes in it|not a study package"):
            opened(package)


def nothing_altered_gets_in(package: Path) -> None:
    """The property: whatever is changed in a package by somebody without the centre's key, it is refused."""
    original = package.read_bytes()
    for change, _ in (
        TAMPERED[what] for what in ("longer life", "another recipient", "other weights", "a leading question")
    ):
        package.write_bytes(original)
        with pytest.raises(StudyError):
            opened(changed(package, change))


def test_nothing_altered_gets_in(package: Path) -> None:
    nothing_altered_gets_in(package)


@pytest.mark.parametrize("broken", ["signature", "digests"])
def test_a_lax_workstation_is_noticed(broken: str, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: without the check of the signature, or of the digests, the property above turns red."""
    if broken == "signature":
        monkeypatch.setattr(bundle, "open_note", lambda data, _: Opened(note._parse(data)[0], ()))
    else:
        monkeypatch.setattr(bundle, "_check_files", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        nothing_altered_gets_in(package)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_no_flipped_byte_passes(place: int, flip: int, package: Path) -> None:
    data = bytearray(package.read_bytes())
    place %= len(data)
    data[place] ^= flip
    spoilt = package.with_name("spoilt.study")
    spoilt.write_bytes(data)
    with pytest.raises(StudyError):
        opened(spoilt)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_package_or_a_sentence(data: bytes) -> None:
    for candidate in (data, b"PK\x05\x06" + data, zipped({MANIFEST: data})):
        try:
            unpack(candidate)
        except StudyError:
            continue


names = st.from_regex(r"\A[a-z0-9_]{1,9}(/[a-z0-9_]{1,9})?\.[a-z]{1,3}\Z")


@given(st.dictionaries(names, st.binary(max_size=50), max_size=6))
def test_pack_and_unpack(members: dict[str, bytes]) -> None:
    packed = pack(members)
    assert unpack(packed) == members
    assert pack(unpack(packed)) == packed


def test_what_cannot_be_packed(dazhou: StudySource, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="file name cannot stand"):
        built(replace(dazhou, files={**dazhou.files, "../x": b""}), tmp_path)
    with pytest.raises(StudyError, match="version from 1 up"):
        built(dazhou, tmp_path, version=0)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(dazhou: StudySource, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        built(dazhou, tmp_path / "file")


def test_a_full_disk_leaves_the_old_package(
    package: Path, dazhou: StudySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = package.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        built(dazhou, package)
    assert package.read_bytes() == before
    assert [path.name for path in package.parent.iterdir()] == [package.name]


@pytest.mark.parametrize("role", ["centre", "lead", "contact"])
def test_a_recipient_of_another_suite_is_refused_before_anybody_is_called(
    dazhou: StudySource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr(
        f"{__name__}.KEYS_OF_THE_CENTRE", replace(KEYS_OF_THE_CENTRE, **{role: ("age1pq1x",)})
    )
    with pytest.raises(StudyError, match="keys in this study package cannot be read"):
        opened(built(dazhou, tmp_path))
