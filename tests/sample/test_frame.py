"""The frame: numbers by index, and tables that a spreadsheet has spoiled."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import StudyError
from app.sample.frame import Frame, Segment, load_frame

MOBILE = Segment("1388280", "", "mobile", "移动")
LANDLINE = Segment("0818237", "511702", "landline", "电信")
HEAD = "prefix,unit,kind,operator\n"


def table(folder: Path, text: str, name: str = "mobile.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_number_is_its_prefix_and_tail() -> None:
    frame = Frame((MOBILE, LANDLINE))
    assert len(frame) == 20_000
    assert frame[0] == "13882800000"
    assert frame[9_999] == "13882809999"
    assert frame[10_000] == "08182370000"
    assert frame[19_999] == "08182379999"
    with pytest.raises(IndexError):
        frame[20_000]
    with pytest.raises(IndexError):
        frame[-1]


def test_a_city_frame_is_never_materialised() -> None:
    frame = Frame(tuple(Segment(f"{prefix:07d}", "", "mobile") for prefix in range(1_300_000, 1_301_121)))
    assert len(frame) == 11_210_000
    assert frame[11_209_999] == "13011209999"


@settings(deadline=None)  # the machine is shared
@given(st.integers(0, 19_999))
def test_every_number_knows_its_segment(index: int) -> None:
    frame = Frame((MOBILE, LANDLINE))
    assert frame.segment_of(frame[index]) == (MOBILE, LANDLINE)[index // 10_000]
    assert frame[index] in frame


@pytest.mark.parametrize(
    "number", ["", "1388280", "138828000001", "1388281000", "1388280000x", "１３８８２８０００００"]
)
def test_a_number_outside_is_not_in_the_frame(number: str) -> None:
    assert Frame((MOBILE, LANDLINE)).segment_of(number) is None


def test_the_digest_covers_order_and_content() -> None:
    one, two = Frame((MOBILE, LANDLINE)), Frame((LANDLINE, MOBILE))
    other = Frame((MOBILE, Segment("0818237", "511703", "landline", "电信")))
    assert len({one.digest, two.digest, other.digest}) == 3
    assert one.digest == Frame((MOBILE, LANDLINE)).digest


def test_a_repeated_prefix_is_refused() -> None:
    with pytest.raises(StudyError, match="stands twice"):
        Frame((MOBILE, MOBILE))


def test_tables_are_read_in_prefix_order_whatever_the_file(tmp_path: Path) -> None:
    one = table(tmp_path, HEAD + "1388281,,mobile,电信\n1388280,,mobile,移动\n")
    two = table(tmp_path, HEAD + "0818-237,511702,landline,电信\n", "landline.csv")
    frame = load_frame([one, two])
    assert [segment.prefix for segment in frame.segments] == ["0818237", "1388280", "1388281"]
    assert frame.digest == load_frame([two, one]).digest


def test_a_spreadsheet_mark_and_full_width_digits_are_taken(tmp_path: Path) -> None:
    path = table(tmp_path, "\ufeff" + HEAD + "１３８８２８０,,mobile,移动\r\n")
    assert load_frame([path]).segments == (MOBILE,)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1.38828E+06,,mobile,移动", "not a number prefix"),
        ("818237,511702,landline,电信", "area code's 0"),
        ("138828,,mobile,移动", "7 digits"),
        ("1288280,,mobile,移动", "7 digits"),
        ("1388280,511702,mobile,移动", "never the unit"),
        ("0818237,,landline,电信", "needs the code of its unit"),
        ("0818,511702,landline,电信", "6 to 8 digits"),
        ("1388280,,satellite,", "mobile or landline"),
        ("1388280,,mobile", "has not 4 fields"),
        ("1388280,,mobile,移动,x", "has not 4 fields"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, row: str, says: str) -> None:
    path = table(tmp_path, HEAD + "1388285,,mobile,移动\n" + row + "\n")
    with pytest.raises(StudyError, match=says) as error:
        load_frame([path])
    assert error.value.where == f"{path}:3"


def test_a_prefix_in_two_files_is_named_with_both_places(tmp_path: Path) -> None:
    one = table(tmp_path, HEAD + "1388280,,mobile,移动\n")
    two = table(tmp_path, HEAD + "1388281,,mobile,移动\n1388280,,mobile,电信\n", "more.csv")
    with pytest.raises(StudyError, match="stands twice") as error:
        load_frame([one, two])
    assert f"{one}:2" in error.value.what
    assert error.value.where == f"{two}:3"


def test_what_is_no_table_at_all_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="lacks the column unit, operator"):
        load_frame([table(tmp_path, "prefix,kind\n1388280,mobile\n")])
    with pytest.raises(StudyError, match="no segments"):
        load_frame([table(tmp_path, HEAD)])
    with pytest.raises(StudyError, match="cannot be read"):
        load_frame([tmp_path / "missing.csv"])
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes((HEAD + "1388280,,mobile,移动\n").encode("gbk"))
    with pytest.raises(StudyError, match="UTF-8"):
        load_frame([gbk])
    with pytest.raises(StudyError, match="not valid CSV"):
        load_frame([table(tmp_path, HEAD + '1388280,,mobile,"移动\n')])
