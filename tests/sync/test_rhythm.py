"""When the desk sends by itself."""

from app.sync.rhythm import FIRST_PAUSE, LONGEST_QUIET, SOON, Rhythm

MINUTE = 60_000
EVERY = 5 * MINUTE
NOON = 1_700_020_800_000


def rhythm(random: float = 0.5) -> Rhythm:
    return Rhythm(EVERY, 0, lambda: random)


def test_the_first_round_comes_soon_and_the_next_after_the_interval() -> None:
    one = rhythm()
    assert one.wait(0) == FIRST_PAUSE
    one.sent(FIRST_PAUSE, NOON, 0)
    assert one.wait(FIRST_PAUSE) == EVERY
    assert one.wait(FIRST_PAUSE + EVERY) == 0


def test_a_closed_case_is_sent_soon() -> None:
    one = rhythm()
    one.sent(0, NOON, 0)
    one.closed(MINUTE)
    assert one.wait(MINUTE) == SOON


def test_no_round_begins_while_somebody_is_on_the_line_unless_it_has_been_quiet_too_long() -> None:
    one = rhythm()
    one.sent(0, NOON, 0)
    one.on_line(True)
    assert one.wait(EVERY) == LONGEST_QUIET - EVERY
    one.on_line(False)
    assert one.wait(EVERY) == 0
    one.on_line(True)
    assert one.wait(LONGEST_QUIET) == 0


def test_while_central_is_away_the_pauses_grow_and_a_closed_case_does_not_shorten_them() -> None:
    one, pauses, now = rhythm(), [], 0
    for _ in range(8):
        one.failed(now, NOON + now, waiting=3)
        one.closed(now)
        pauses.append(one.wait(now))
        now += pauses[-1]
    assert pauses == [
        FIRST_PAUSE,
        2 * FIRST_PAUSE,
        4 * FIRST_PAUSE,
        8 * FIRST_PAUSE,
        16 * FIRST_PAUSE,
        32 * FIRST_PAUSE,
        *[4 * EVERY] * 2,
    ]
    one.sent(now, NOON, 0)
    assert one.wait(now) == EVERY


def test_the_counts_of_a_nearly_full_cell_go_beside_the_call_and_a_whole_round_does_not() -> None:
    one = rhythm()
    one.sent(0, NOON, 0)
    one.on_line(True)
    one.scarce(MINUTE)
    assert (one.wait(MINUTE), one.counts_only(MINUTE + SOON)) == (SOON, True)
    one.counted()
    assert one.wait(MINUTE + SOON) == LONGEST_QUIET - MINUTE - SOON, "once"
    assert not one.counts_only(LONGEST_QUIET)


def test_a_whole_round_that_is_due_has_the_counts_with_it() -> None:
    one = rhythm()
    one.sent(0, NOON, 0)
    one.scarce(MINUTE)
    one.closed(MINUTE)
    assert (one.wait(MINUTE + SOON), one.counts_only(MINUTE + SOON)) == (0, False)
    one.sent(MINUTE + SOON, NOON, 0)
    assert one.wait(MINUTE + SOON) == EVERY


def test_while_central_is_away_the_counts_wait_with_the_rest() -> None:
    one = rhythm()
    one.failed(0, NOON, waiting=1)
    one.scarce(0)
    assert one.wait(0) == FIRST_PAUSE


def test_the_desks_of_a_room_do_not_come_back_at_the_same_moment() -> None:
    early, late = rhythm(0.0), rhythm(0.999)
    for one in (early, late):
        one.sent(0, NOON, 0)
    assert late.wait(0) - early.wait(0) > MINUTE // 2


def test_since_when_central_is_away_is_the_first_failure_and_what_waits_is_said() -> None:
    one = rhythm()
    one.sent(0, NOON, 0)
    one.failed(MINUTE, NOON + MINUTE, waiting=2)
    one.failed(3 * MINUTE, NOON + 3 * MINUTE, waiting=5)
    assert (one.view.last, one.view.since, one.view.waiting) == (NOON, NOON + MINUTE, 5)
    one.sent(4 * MINUTE, NOON + 4 * MINUTE, 0)
    assert (one.view.last, one.view.since, one.view.waiting) == (NOON + 4 * MINUTE, 0, 0)
