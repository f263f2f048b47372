"""Pure checks on what comes in: nonsense gets a status and a sentence, never a traceback."""

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import Value, encode, hexdigest
from app.central.intake import (
    CHUNK_LIMIT,
    OBJECT_LIMIT,
    Chunk,
    Enrolment,
    IntakeError,
    Offer,
    check_lines,
    joins,
    objects_named,
    read_chunk,
    read_enrolment,
    read_offer,
    refuse_rehearsal,
)
from app.evidence.journal import GENESIS

ORIGIN = "fangxin/dazhou-2017/0badcafe/1"


def lines(
    count: int, *, origin: str = ORIGIN, salt: str = "", rehearsal: int = 0, begin: Sequence[bytes] = ()
) -> list[bytes]:
    """A journal's first lines, or those that go on from others."""
    made = list(begin)
    for seq in range(len(made), count):
        prev = hexdigest(made[-1]) if made else GENESIS
        fields = {"v": 1, "origin": origin, "seq": seq, "prev": prev, "wall": 1, "mono": 1, "boot": "b"}
        made.append(encode({**fields, "type": f"x{salt}", "rehearsal": rehearsal}))
    return made


def chunk_headers(offset: object, length: object, complete: object) -> dict[str, str]:
    return {"upload-offset": str(offset), "upload-length": str(length), "upload-complete": str(complete)}


class TestChunk:
    def test_a_piece_in_the_middle_and_the_last(self) -> None:
        assert read_chunk(chunk_headers(5, 20, "?0"), b"abc") == Chunk(5, 20, False, b"abc")
        assert read_chunk(chunk_headers(17, 20, "?1"), b"abc") == Chunk(17, 20, True, b"abc")
        assert read_chunk(chunk_headers(0, 0, "?1"), b"") == Chunk(0, 0, True, b"")

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 400),
            (chunk_headers("x", 20, "?0"), 400),
            (chunk_headers("-1", 20, "?0"), 400),
            (chunk_headers("٣", 20, "?0"), 400),
            (chunk_headers("9" * 40, 20, "?0"), 400),
            (chunk_headers(0, 20, "yes"), 400),
            (chunk_headers(0, 20, "?1"), 400),
            (chunk_headers(17, 20, "?0"), 400),
            (chunk_headers(18, 20, "?0"), 400),
            (chunk_headers(0, OBJECT_LIMIT + 1, "?0"), 413),
        ],
    )
    def test_headers_that_contradict_themselves(self, headers: dict[str, str], status: int) -> None:
        with pytest.raises(IntakeError) as refusal:
            read_chunk(headers, b"abc")
        assert refusal.value.status == status

    def test_too_much_at_once(self) -> None:
        body = bytes(CHUNK_LIMIT + 1)
        with pytest.raises(IntakeError) as refusal:
            read_chunk(chunk_headers(0, len(body), "?1"), body)
        assert refusal.value.status == 413


class TestBodies:
    @given(
        start=st.integers(0, 2**40), texts=st.lists(st.text(max_size=30), max_size=5), checkpoint=st.text()
    )
    def test_an_offer_round_trips(self, start: int, texts: list[str], checkpoint: str) -> None:
        try:
            body = encode({"v": 1, "start": start, "lines": texts, "checkpoint": checkpoint})
        except UnicodeEncodeError:
            return  # lone surrogates cannot be written at all
        assert read_offer(body) == Offer(start, tuple(text.encode() for text in texts), checkpoint)

    @given(
        st.one_of(
            st.binary(max_size=200),
            st.builds(
                encode,
                st.recursive(
                    st.none() | st.booleans() | st.integers(-9, 9) | st.just("v"),
                    lambda inner: (
                        st.lists(inner)
                        | st.dictionaries(
                            st.sampled_from(["v", "start", "lines", "checkpoint", "code"]), inner
                        )
                    ),
                ),
            ),
        )
    )
    def test_anything_else_is_refused(self, body: bytes) -> None:
        for read in (read_offer, read_enrolment):
            with contextlib.suppress(IntakeError):
                read(body)

    @pytest.mark.parametrize("start", [-1, "0", None, [0]])
    def test_a_start_that_is_no_line_number(self, start: object) -> None:
        with pytest.raises(IntakeError):
            read_offer(encode({"v": 1, "start": start, "lines": [], "checkpoint": ""}))

    @pytest.mark.parametrize("device", ["0badcafe.1", "0badcafe.12"])
    def test_an_enrolment(self, device: str) -> None:
        body = encode({"v": 1, "code": "C", "device": device, "vkey": "k", "recipient": "age1"})
        assert read_enrolment(body) == Enrolment("C", device, "k", "age1")

    @pytest.mark.parametrize(
        "device", ["../../etc", "0badcafe", "0badcafe.0", "0BADCAFE.1", "centre", "0badcafe.1\n"]
    )
    def test_a_name_that_is_no_device(self, device: str) -> None:
        with pytest.raises(IntakeError):
            read_enrolment(encode({"v": 1, "code": "C", "device": device, "vkey": "k", "recipient": "age1"}))


class TestLines:
    def test_a_true_range(self) -> None:
        whole = lines(5)
        assert [entry["seq"] for entry in check_lines(Offer(2, tuple(whole[2:]), ""), ORIGIN)] == [2, 3, 4]

    @pytest.mark.parametrize(
        "offer",
        [
            Offer(1, tuple(lines(3)), ""),
            Offer(0, (lines(3)[0], lines(3)[2]), ""),
            Offer(0, (lines(2)[0], lines(2, salt="y")[1]), ""),
            Offer(0, tuple(lines(2, origin="fangxin/dazhou-2017/deadbeef/1")), ""),
            Offer(0, (b"garbage",), ""),
            Offer(0, (lines(1)[0] + b" ",), ""),
        ],
        ids=["numbers", "gap", "chain", "origin", "garbage", "not canonical"],
    )
    def test_lines_that_do_not_follow(self, offer: Offer) -> None:
        with pytest.raises(IntakeError) as refusal:
            check_lines(offer, ORIGIN)
        assert (refusal.value.status, refusal.value.word) == (400, "line")

    def test_practice_is_refused(self) -> None:
        refuse_rehearsal(check_lines(Offer(0, tuple(lines(2)), ""), ORIGIN))
        with pytest.raises(IntakeError, match="Practice"):
            refuse_rehearsal(check_lines(Offer(0, tuple(lines(2, rehearsal=1)), ""), ORIGIN))

    @given(held=st.integers(0, 6), start=st.integers(0, 6), end=st.integers(0, 6), fork=st.integers(0, 6))
    def test_an_offer_joins_exactly_when_it_is_of_the_same_history(
        self, held: int, start: int, end: int, fork: int
    ) -> None:
        start, end = min(start, held), max(start, end)
        ours = lines(6)
        theirs = lines(6, salt="y", begin=ours[:fork])
        head = hexdigest(ours[held - 1]) if held else GENESIS
        assert joins(Offer(start, tuple(ours[start:end]), ""), ours[start:held], head)
        differs = start <= fork < min(held, end) or fork < start < end or (fork < held <= start < end)
        assert joins(Offer(start, tuple(theirs[start:end]), ""), ours[start:held], head) is not differs

    def test_another_history_behind_the_last_line_does_not_join(self) -> None:
        ours, theirs = lines(4), lines(4, salt="y")
        assert not joins(Offer(2, tuple(theirs[2:]), ""), [], hexdigest(ours[1]))


def test_objects_that_lines_speak_of() -> None:
    a, b, c, d = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
    entries: list[dict[str, Value]] = [
        {"type": "dial.start", "contact": a},
        {"type": "rec.mark", "sha256": "e" * 64},
        {"type": "rec.close", "sha256": b, "payload_sha256": "f" * 64},
        {"type": "rec.recovered", "age_sha256": c, "tail_sha256": ""},
        {"type": "interview.close", "object": d},
        {"type": "interview.close", "object": ""},
        {"type": "interview.close", "object": "../../etc/passwd"},
        {"type": "rec.close", "sha256": b},
        {"type": 7},
    ]
    assert objects_named(entries) == [a, b, c, d]
