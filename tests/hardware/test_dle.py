"""The voice stream comes apart the same however it was cut, and nothing that comes in breaks it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hardware.dle import DleReader, End, Part, Samples, Sign, shielded, sign


def read(data: bytes, cuts: list[int] | None = None) -> list[Part]:
    """The parts, neighbouring samples joined."""
    reader, parts = DleReader(), list[Part]()
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts or [])})
    for first, last in pairwise(edges):
        for part in reader.feed(data[first:last]):
            if isinstance(part, End):
                return [*parts, End(part.rest + data[last:])]
            if parts and isinstance(part, Samples) and isinstance(parts[-1], Samples):
                parts[-1] = Samples(parts[-1].data + part.data)
            else:
                parts.append(part)
    return parts


PIECE = st.one_of(
    st.binary(min_size=1, max_size=40).map(Samples),
    st.sampled_from("bdsqecrRlLhHpPuo0123456789*#").map(Sign),
)


@given(st.lists(PIECE, max_size=20), st.lists(st.integers(0, 10_000), max_size=12), st.binary(max_size=10))
def test_samples_and_signs_survive_any_cut(pieces: list[Part], cuts: list[int], rest: bytes) -> None:
    wire = b"".join(
        shielded(each.data) if isinstance(each, Samples) else sign(each.code)
        for each in pieces
        if not isinstance(each, End)
    )
    expected = list[Part]()
    for each in pieces:
        if expected and isinstance(each, Samples) and isinstance(expected[-1], Samples):
            expected[-1] = Samples(expected[-1].data + each.data)
        else:
            expected.append(each)
    assert read(wire + sign("\x03") + rest, cuts) == [*expected, End(rest)]


@given(st.binary(max_size=300), st.lists(st.integers(0, 10_000), max_size=20))
def test_whatever_comes_it_reads_the_same_in_one_piece_and_in_many(noise: bytes, cuts: list[int]) -> None:
    assert read(noise, cuts) == read(noise)


def test_two_dles_in_a_row_may_come_as_one_short_sign() -> None:
    assert read(b"a\x10\x1ab") == [Samples(b"a\x10\x10b")]


def test_a_longer_report_is_one_sign_and_a_lost_end_swallows_little() -> None:
    assert read(b"a\x10XRING=1\x10.b") == [Samples(b"a"), Sign("RING=1"), Samples(b"b")]
    assert read(b"\x10X" + b"n" * 100 + b"later")[-1:] == []
    assert read(b"\x10X" + b"n" * 100 + b"\x10b", [70])[-1] == Sign("b")


def test_three_dles_before_a_sign_for_the_chip_that_wants_them() -> None:
    assert sign("!", 3) == b"\x10\x10\x10!"
