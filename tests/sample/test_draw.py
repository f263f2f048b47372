"""The draw, against the reference vectors and against an auditor's script that shares no code with it."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.canonical import decode
from app.errors import StudyError
from app.sample.draw import (
    Bundle,
    case_draw,
    cases,
    commitment,
    draw,
    draw_key,
    exclusion_digest,
    heard_rank,
    position,
    public_randomness,
    record,
    replicates,
    sealed,
    ticket,
)
from app.sample.frame import Frame, Segment

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "sampling" / "sampling.json").read_text(encoding="utf-8")
)
SECRET = bytes(range(32))
DICE = "2023733112815921112320237331128159211123"
FRAME = Frame((Segment("0818237", "511702", "landline"), Segment("1388280", "", "mobile")))
NUMBERS = list(FRAME)
BUNDLE = Bundle("dazhou-2017", 1, FRAME.digest, n=40, replicate=15, code="test")
KEY = draw_key(SECRET, DICE, BUNDLE.digest)


def audit(secret: bytes, dice: str, bundle: str, frame: list[str], n: int, excluded: set[str]) -> list[str]:
    """What a sworn auditor recomputes: standard library only, from the text of the method."""
    key = hmac.new(secret, f"{dice}|{bundle}".encode(), hashlib.sha256).hexdigest()
    chosen: list[str] = []
    i = 0
    while len(chosen) < n:
        i += 1
        number = frame[int(hashlib.sha256(f"{key},{i}".encode()).hexdigest(), 16) % len(frame)]
        if number not in chosen and number not in excluded:
            chosen.append(number)
    return sorted(chosen, key=lambda number: hashlib.sha256(f"{key}|{number}".encode()).hexdigest())


def test_the_reference_draw() -> None:
    vector = VECTORS["stark_sha256"]
    for step in vector["draws"]:
        assert hashlib.sha256(f"{vector['seed']},{step['i']}".encode()).hexdigest() == step["hash"]
        assert position(vector["seed"], step["i"], vector["N"]) == step["item"]


def test_the_published_hash() -> None:
    published = VECTORS["stark_sha256_published"]
    assert position(published["seed"], published["i"], 2**256) == int(published["hash"], 16) + 1


def test_an_item_is_a_segment_and_a_suffix() -> None:
    frame = Frame(tuple(Segment(f"{1_300_000 + k}", "", "mobile") for k in range(1121)))
    assert len(frame) == VECTORS["stark_sha256"]["N"]
    for step in VECTORS["stark_sha256"]["draws"]:
        block, tail = divmod(step["item"] - 1, 10_000)
        assert frame[step["item"] - 1] == f"{1_300_000 + block}{tail:04d}"


def test_the_reference_tickets_and_their_order() -> None:
    vector = VECTORS["ticket_order"]
    key = bytes.fromhex(vector["seed_hex"])
    assert {number: ticket(key, number) for number in vector["tickets_first3"]} == vector["tickets_first3"]
    assert replicates(key, vector["ids"], 40)[0][:10] == vector["first10"]


def test_the_reference_commitment() -> None:
    vector = VECTORS["commit"]
    assert sealed(vector["nonce"], vector["secret"]) == vector["commitment"]


def test_the_commitment_can_be_checked_with_a_shell() -> None:
    assert commitment(SECRET) == hashlib.sha256(b"v1|" + SECRET.hex().encode()).hexdigest()
    with pytest.raises(ValueError, match="32"):
        commitment(b"short")


@settings(deadline=None)  # the machine is shared
@given(st.binary(min_size=32, max_size=32), st.integers(1, 60), st.sets(st.integers(0, 19_999), max_size=20))
def test_an_auditor_gets_the_same_numbers(secret: bytes, n: int, barred: set[int]) -> None:
    excluded = {FRAME[index] for index in barred}
    key = draw_key(secret, DICE, BUNDLE.digest)
    drawn = draw(FRAME, key, n, excluded)
    ordered = [number for part in replicates(key, (d.number for d in drawn), 7) for number in part]
    assert ordered == audit(secret, DICE, BUNDLE.digest, NUMBERS, n, excluded)
    assert len(set(ordered)) == n
    assert not excluded & set(ordered)


def test_a_whole_frame_can_be_drawn_and_not_one_more() -> None:
    small = Frame((Segment("138828000", "", "mobile"),), digits=2)
    assert {d.number for d in draw(small, KEY, 99, {small[5]})} == set(small) - {small[5]}
    with pytest.raises(StudyError, match="cannot be drawn from a frame of 100 with 1 excluded"):
        draw(small, KEY, 100, {small[5], "a number that is not in the frame"})


def test_a_larger_draw_only_adds_numbers() -> None:
    assert draw(FRAME, KEY, 60)[:20] == draw(FRAME, KEY, 20)


@pytest.mark.parametrize(
    "changed",
    [
        Bundle("dazhou-2017", 2, FRAME.digest, n=40, replicate=15, code="test"),
        Bundle("dazhou-2017", 1, FRAME.digest, n=41, replicate=15, code="test"),
        Bundle("dazhou-2017", 1, FRAME.digest, n=40, replicate=15, code="other"),
        Bundle("dazhou-2017", 1, FRAME.digest, n=40, replicate=15, code="test", exclusions="00"),
        Bundle("dazhou-2017", 1, "0" * 64, n=40, replicate=15, code="test"),
    ],
)
def test_whoever_changes_the_frozen_design_draws_other_numbers(changed: Bundle) -> None:
    """Saboteur: a design altered after the paper was signed shows in the bundle hash and in the sample."""
    assert changed.digest != BUNDLE.digest
    assert draw(FRAME, draw_key(SECRET, DICE, changed.digest), 10) != draw(FRAME, KEY, 10)


def test_another_secret_does_not_open_the_commitment() -> None:
    """Saboteur: the secret is bound before the dice are rolled."""
    other = bytes(31) + b"\1"
    assert commitment(other) != commitment(SECRET)
    assert draw(FRAME, draw_key(other, DICE, BUNDLE.digest), 10) != draw(FRAME, KEY, 10)


def test_dice_may_be_written_in_groups_and_hex_in_capitals() -> None:
    assert public_randomness("20237 33112 81592 11123\n20237 33112 81592 11123") == DICE
    randomness = VECTORS["drand"][0]["randomness"]
    assert public_randomness(randomness.upper()) == randomness


@pytest.mark.parametrize("short", ["", "123", DICE[:-1], "g" * 64, VECTORS["drand"][0]["randomness"][:-1]])
def test_too_little_randomness_is_refused(short: str) -> None:
    with pytest.raises(StudyError, match="neither 40"):
        public_randomness(short)


def test_replicates_are_whole_and_in_ticket_order() -> None:
    drawn = draw(FRAME, KEY, 40)
    parts = replicates(KEY, (d.number for d in drawn), 15)
    assert [len(part) for part in parts] == [15, 15, 10]
    tickets = [ticket(KEY, number) for part in parts for number in part]
    assert tickets == sorted(tickets)
    with pytest.raises(ValueError, match="at least one"):
        replicates(KEY, [], 0)


def test_the_record_for_the_journal_holds_neither_secret_nor_numbers() -> None:
    drawn = draw(FRAME, KEY, 40)
    data = record(SECRET, DICE, BUNDLE, FRAME, drawn).to_bytes()
    assert decode(data) == {
        "v": 1,
        "method": "fangxin-draw/v1",
        "commitment": commitment(SECRET),
        "bundle": BUNDLE.digest,
        "randomness": DICE,
        "size": 20_000,
        "n": 40,
        "replicate": 15,
        "skipped": drawn[-1].i - 40,
    }
    assert SECRET.hex().encode() not in data
    assert not any(d.number.encode() in data for d in drawn)


def test_the_exclusion_digest_cannot_be_searched_without_the_secret() -> None:
    listed = ["13882800001", "13882800000", "13882800001"]
    assert exclusion_digest(SECRET, listed) == exclusion_digest(SECRET, sorted(set(listed)))
    assert exclusion_digest(SECRET, listed) != exclusion_digest(bytes(32), listed)
    assert exclusion_digest(SECRET, []) == ""


def test_cases_come_in_ticket_order_with_the_unit_of_their_exchange() -> None:
    numbers = [d.number for d in draw(FRAME, KEY, 40)]
    made = cases(FRAME, KEY, numbers)
    assert [case.ticket for case in made] == sorted(ticket(KEY, number) for number in numbers)
    assert {case.unit for case in made if case.number.startswith("0818")} == {"511702"}
    assert {case.unit for case in made if case.mobile} == {""}
    assert len({case.id for case in made}) == 40
    assert all(len(case.id) == 16 for case in made)


def test_the_person_at_a_landline_is_drawn_evenly() -> None:
    """Kish's tables do it unevenly for five people; the form takes `case_draw` instead (tests/questionnaire/test_given_draw.py)."""
    tickets = [ticket(bytes(32), f"0818{n:07}") for n in range(5000)]
    chosen = [case_draw(each) % 5 + 1 for each in tickets]
    assert all(900 < chosen.count(person) < 1100 for person in range(1, 6))


def test_the_same_draw_gives_the_same_case_ids_and_another_draw_others() -> None:
    numbers = [d.number for d in draw(FRAME, KEY, 40)]
    once, again, other = (cases(FRAME, key, numbers) for key in (KEY, KEY, bytes(32)))
    assert once == again
    assert not {case.id for case in once} & {case.id for case in other}


def test_the_listening_sample_is_its_share_and_not_that_of_another_use() -> None:
    tickets = [ticket(bytes(32), f"0818{n:07}") for n in range(5000)]
    assert 400 < sum(heard_rank(each) < 100_000 for each in tickets) < 600
    first, heard = sorted(tickets)[:500], sorted(tickets, key=heard_rank)[:500]
    assert 20 < len({*first} & {*heard}) < 90  # who is dialled first is not who is heard
