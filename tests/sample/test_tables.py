"""Frames and lists as operators and offices hand them over, with all that spreadsheets do to telephone numbers."""

import codecs
import struct
import tracemalloc
from pathlib import Path

import openpyxl
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import seeded
from app.errors import StorageError, StudyError
from app.sample.cleaning import clean
from app.sample.digits import Ill, Number, meant
from app.sample.frame import load_frame
from app.sample.listing import read_listing
from app.sample.numbers import exists, plain, segment_ill
from app.sample.segments import import_segments, write_frame

KEY = bytes(32)
TABLE = "号段,省份,城市,运营商\n1388280,四川,达州,移动\n1388281,四川,达州市,移动\n1380000,北京,北京,移动\n1440001,四川,达州,物联网\n"


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13882800000", "13882800000"),
        ("１３８８２８０００００", "13882800000"),
        ("+86 138-8280-0000", "13882800000"),
        ("＋８６　１３８　８２８０　００００", "13882800000"),
        ("\u202d13882800000\u202c", "13882800000"),
        ("13882800000\u200b", "13882800000"),
        ("\ufeff138\u22128280\u22120000", "13882800000"),
        ("+86 818 2345678", "08182345678"),
        ("0086-10-88886666", "01088886666"),
        ("+86 (0)818 2345678", "08182345678"),
        ("008613882800000", "13882800000"),
        ("8613882800000", "13882800000"),
        ("13882800000.0", "13882800000"),
        ("(0818) 2345678", "08182345678"),
        ("013882800000", "13882800000"),
        ("01088886666", "01088886666"),
        ('="13882800000"', "13882800000"),
        ("\t13882800000", "13882800000"),
    ],
)
def test_numbers_as_people_write_them(written: str, digits: str) -> None:
    assert plain(written) == meant(written) == Number(digits)


@pytest.mark.parametrize(
    ("written", "ill"),
    [
        ("", Ill.EMPTY),
        ("1.38828E+10", Ill.SCIENTIFIC),
        ("8182345678", Ill.ZERO_LOST),
        ("138828O0000", Ill.LETTERS),
        ("1388280000", Ill.LENGTH),
        ("14412345678", Ill.MACHINE),
        ("16012345678", Ill.UNKNOWN),
        ("95588", Ill.SERVICE),
        ("400-800-1234", Ill.SERVICE),
        ("12340", Ill.SERVICE),
        ("138828000001", Ill.LENGTH),
        ("'", Ill.EMPTY),
    ],
)
def test_numbers_that_are_refused_say_why(written: str, ill: Ill) -> None:
    assert plain(written) is ill


@given(st.text(max_size=30))
def test_no_text_makes_it_stumble(text: str) -> None:
    found = plain(text)
    assert isinstance(found, Ill) or found.digits.isdigit()


@settings(deadline=None)  # the machine is shared
@given(st.from_regex(r"(1[0-9]{10}|0[2-9][0-9]{8,10}|010[0-9]{7,9})", fullmatch=True))
def test_our_short_way_through_libphonenumbers_patterns_says_what_it_says(digits: str) -> None:
    kinds = phonenumbers.PhoneNumberType
    number = phonenumbers.PhoneNumber(country_code=86, national_number=int(digits))
    wanted = (kinds.FIXED_LINE,) if digits.startswith("0") else (kinds.MOBILE,)
    assert exists(digits) == (phonenumbers.number_type(number) in (*wanted, kinds.FIXED_LINE_OR_MOBILE))


def test_segments_of_machines_are_left_out() -> None:
    assert segment_ill("1388280") is None
    assert segment_ill("1440001") is Ill.MACHINE
    assert segment_ill("1601234") is Ill.UNKNOWN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_operators_table_in_whatever_encoding(tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "segments.csv"
    table.write_bytes(TABLE.encode(encoding))
    frame, (record,) = import_segments([table], "达州市", "2026-10")
    assert [segment.prefix for segment in frame.segments] == ["1388280", "1388281"]
    assert (record.seen, record.taken, record.other_city, record.ill) == (4, 2, 1, {"machine": 1})
    assert len(record.sha256) == 64


def test_a_workbook_and_phone_dat_say_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in TABLE.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row.split(",")])
    book.save(tmp_path / "segments.xlsx")
    texts = b"\xe5\x9b\x9b\xe5\xb7\x9d|\xe8\xbe\xbe\xe5\xb7\x9e|635000|0818\0"
    entries = b"".join(struct.pack("<iiB", prefix, 8, 1) for prefix in (1388280, 1388281))
    (tmp_path / "phone.dat").write_bytes(b"2610" + struct.pack("<i", 8 + len(texts)) + texts + entries)
    sheet, _ = import_segments([tmp_path / "segments.xlsx"], "达州", "2026-10")
    dat, _ = import_segments([tmp_path / "phone.dat"], "达州", "2026-10")
    assert [s.prefix for s in sheet.segments] == [s.prefix for s in dat.segments]
    assert dat.digest == sheet.digest


def test_the_imported_frame_is_the_studys_own_table(tmp_path: Path) -> None:
    (tmp_path / "segments.csv").write_text(TABLE, encoding="utf-8")
    frame, records = import_segments([tmp_path / "segments.csv"], "达州", "2026-10")
    write_frame(frame, records, tmp_path / "mobile.csv")
    assert load_frame([tmp_path / "mobile.csv"]).digest == frame.digest


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", "号段,省份\n1,2\n".encode(), "no column city"),
        ("a.csv", "号段,城市\n138828,达州\n".encode(), "1 of 1 rows"),
        ("a.csv", "号段,城市\n1388280,北京\n".encode(), "No segment of"),
        ("a.csv", b"\xff\xff\xff\x00,\x81", "neither UTF-8"),
        ("a.dat", b"xx", "no phone.dat"),
        ("a.dat", b"2610" + struct.pack("<i", 8) + struct.pack("<iiB", 1388280, 99, 1), "byte 8"),
        ("a.xlsx", b"no zip", "no readable workbook"),
        ("a.xlsm", b"", "macros"),
    ],
)
def test_a_table_with_a_fault_names_it(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StudyError, match=words):
        import_segments([tmp_path / name], "达州", "2026-10")


def people(folder: Path, *numbers: str, unit: str = "") -> Path:
    path = folder / "people.csv"
    rows = "\n".join(f"{number},{unit}" for number in numbers)
    path.write_text(f"手机号,单位代码\n{rows}\n", encoding="utf-8")
    return path


def test_a_list_loses_its_repeats_and_says_where_they_were(tmp_path: Path) -> None:
    path = people(tmp_path, "13882800000", "13882800001", "138 8280 0000", "08182345678", unit="7")
    listing, report = read_listing(path, KEY)
    assert list(listing) == ["13882800000", "13882800001", "08182345678"]
    assert report.twice == (4,)
    assert "13882800001" in listing


def test_one_bad_row_and_nothing_is_taken(tmp_path: Path) -> None:
    path = people(tmp_path, "13882800000", "1.38828E+10", "8182345678")
    out = tmp_path / "clean.csv"
    report = clean(path, tmp_path / "draws", out, seeded("k"))
    assert [(bad.line, bad.ill) for bad in report.bad] == [(3, Ill.SCIENTIFIC), (4, Ill.ZERO_LOST)]
    assert not out.exists()
    assert "13882800000" not in "".join(str(bad) for bad in report.bad)


def test_a_large_list_takes_no_more_than_its_rows(tmp_path: Path) -> None:
    """Saboteur: held as objects, a list of ten million rows takes more than a gigabyte. 60,000 rows here, of 15 bytes each in the file."""
    path = people(tmp_path, *(f"138{n:08}" for n in range(60_000)))
    read_listing(people(tmp_path / "..", "13882800000"), KEY)  # what is made once is not counted
    tracemalloc.start()
    listing, _ = read_listing(path, KEY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(listing) == 60_000
    assert peak < 60_000 * 130 + 5_000_000


def test_the_unit_of_a_number_is_found_and_of_a_stranger_none(tmp_path: Path) -> None:
    path = people(tmp_path, "13882800003", "08182345678", "13882800001", unit="7")
    listing, _ = read_listing(path, KEY)
    assert [(found.kind, found.unit) for n in listing if (found := listing.segment_of(n))] == [
        ("mobile", "7"),
        ("landline", "7"),
        ("mobile", "7"),
    ]
    assert not [n for n in ("13882800002", "8182345678", "x", "", "9" * 30) if n in listing]


def test_a_clean_list_is_written_for_its_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "clean.csv"
    report = clean(people(tmp_path, "13882800000", "13882800000"), tmp_path / "draws", out, seeded("k"))
    assert report.taken == 1
    assert out.read_text(encoding="utf-8") == "number,unit\n13882800000,\n"
    assert out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError, match="there already"):
        clean(people(tmp_path, "13882800000"), tmp_path / "draws", out, seeded("k"))


def test_the_lists_digest_cannot_be_searched_without_the_secret(tmp_path: Path) -> None:
    listing, _ = read_listing(people(tmp_path, "13882800000"), KEY)
    assert listing.digest(KEY) != listing.digest(bytes(31) + b"\1")


def test_a_mark_of_utf16_without_text_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(codecs.BOM_UTF16_LE)
    with pytest.raises(StudyError):
        read_listing(tmp_path / "a.csv", KEY)
