"""Two clocks, one timeline: whatever clocks, stalls and losses do, sample k is what was to be heard k/8 ms after the start."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.audio import stretch
from hardware.audio.sides import Side, TwoSides
from hardware.audio.source_clock import SourceClock
from tests.hardware.audio.cards import Card, delays, joined, noise, play
from tests.hardware.contract import check_sound

RATES = st.sampled_from([(8_000, 160), (16_000, 320), (44_100, 441), (48_000, 480)])
PPM = st.integers(-200, 200)


@given(RATES, RATES, PPM, PPM, st.integers(0, 15), st.sampled_from([20, 50, 330]), st.integers(0, 99))
@settings(max_examples=8)
def test_clocks_that_are_wrong_and_blocks_that_come_late_lose_nothing(
    one: tuple[int, int], other: tuple[int, int], ppm: int, mpp: int, jitter: int, step: int, seed: int
) -> None:
    blocks, _ = play(
        Card(*one[:1], ppm, one[1], jitter, seed=seed),
        Card(*other[:1], mpp, other[1], jitter, seed=seed + 1),
        10,
        step,
    )
    assert check_sound(blocks) == pytest.approx(80_000, abs=(step + 45) * 8)
    assert sum(block.gap for block in blocks) == 0
    for side in joined(blocks):
        late = delays(side)
        assert len(late) >= 15
        assert all(-8 < each < jitter + 4 for each in late), late


@given(PPM, st.integers(0, 8), st.integers(0, 99))
@settings(max_examples=8)
def test_an_hour_of_drift_stays_below_a_hundredth_of_a_second(ppm: int, jitter: int, seed: int) -> None:
    chance, clock = random.Random(seed), SourceClock(48_000)
    real = 48_000 * (1 + ppm * 1e-6)
    worst = 0.0
    for block in range(1, 36_000):
        end = 4800 * block
        assert clock.heard(end * 1000 / real + chance.random() * jitter, end) == 0
        if block > 600:
            worst = max(worst, abs(clock.index(block * 100.0) - block * 0.1 * real) / 48)
    assert worst <= 10
    assert clock.error == pytest.approx(-ppm * 1e-6, abs=40e-6)


@given(st.integers(100, 1000), st.integers(0, 10), st.sampled_from([20, 50, 1000]))
@settings(max_examples=10)
def test_a_stall_of_the_machine_loses_nothing(length: int, jitter: int, step: int) -> None:
    blocks, _ = play(
        Card(stalls=[(5000, length), (8000, length)], jitter=jitter), Card(48_000, block=480), 8, step
    )
    check_sound(blocks)
    assert sum(block.gap for block in blocks) == 0
    for side in joined(blocks):
        assert all(abs(each) < jitter + 4 for each in delays(side))


@given(st.lists(st.integers(160, 8000), min_size=1, max_size=3), st.booleans(), st.integers(0, 1000))
@settings(max_examples=5)
def test_lost_samples_are_counted_exactly(lost: list[int], flags: bool, stall: int) -> None:
    losses = [(4000.0 + 3500 * number, count) for number, count in enumerate(lost)]
    stalls = [(at - 30, stall) for at, count in losses if count > stall * 8]
    blocks, _ = play(Card(loses=losses, flags=flags, stalls=stalls), Card(), 14)
    check_sound(blocks)
    gaps = [block for block in blocks if block.gap]
    assert sum(block.gap for block in gaps) == sum(lost)
    assert all(block.gap == block.samples for block in gaps), "a gap is a block of its own"
    for block in gaps:
        near = min(losses, key=lambda loss: abs(loss[0] - 2000 - block.start / 8))
        assert -60 <= block.start / 8 - (near[0] - 2000) <= near[1] / 8 + 1
    left, _ = joined(blocks)
    assert all(abs(each) <= 0.25 for each in delays(left)), "after the gap the sound is in its place again"


@given(RATES, PPM, st.integers(30, 2000), st.integers(0, 3), st.integers(0, 99))
@settings(max_examples=8)
def test_losses_of_a_real_card_are_counted_as_well_as_its_clock_tells(
    form: tuple[int, int], ppm: int, lost: int, jitter: int, seed: int
) -> None:
    rate, block = form
    card = Card(rate, ppm, block, jitter, loses=[(6000, lost * rate // 1000)], seed=seed)
    blocks, _ = play(card, Card(), 12)
    assert sum(block.gap for block in blocks) / 8 == pytest.approx(lost, abs=jitter + 3)
    left, _ = joined(blocks)
    assert all(-8 < each < jitter + 5 for each in delays(left))


def test_a_device_that_pauses_and_goes_on_leaves_a_gap_of_that_length() -> None:
    blocks, _ = play(Card(loses=[(5000, 24_000)], flags=False), Card(), 10)
    assert sum(block.gap for block in blocks) == 24_000
    left, right = joined(blocks)
    assert not left[24_200:47_800].any()
    assert right[24_000:48_000].any()


def test_a_device_that_goes_and_comes_back_at_another_rate_is_the_same_side() -> None:
    sides = TwoSides(Side(expected=True), Side(expected=True))
    blocks = []
    first, second = Card(), Card(44_100, block=441, starts=6000)
    steady = iter(list(Card(16_000, block=320).blocks(12_000)))
    sides.left.opened(8000)
    sides.right.opened(16_000)
    early, late = list(first.blocks(4000)), list(second.blocks(12_000))
    for now in range(100, 12_001, 100):
        if now == 1000:
            sides.start(1000)
        while early and early[0][0] <= now:
            sides.left.heard(*early.pop(0)[:2])
        if now == 5000:
            sides.left.closed()
        if now == 6000:
            sides.left.opened(44_100)
        while late and now > 6000 and late[0][0] <= now:
            sides.left.heard(*late.pop(0)[:2])
        for at, samples, _ in steady:
            sides.right.heard(at, samples)
            if at >= now - 20:
                break
        blocks += sides.take(now)
    assert check_sound(blocks) == pytest.approx(88_000, abs=400)
    assert sum(block.gap for block in blocks) == pytest.approx(16_000, abs=16)
    left, right = joined(blocks)
    for side in (left, right):
        assert max(map(abs, delays(side, 1000))) <= 1


def test_a_side_that_is_not_connected_is_silence_and_no_loss() -> None:
    sides = TwoSides(Side(expected=True), Side(expected=False))
    sides.left.opened(8000)
    blocks = []
    for at, samples, _ in Card().blocks(5000):
        sides.left.heard(at, samples)
        if at == 1000:
            sides.start(1000)
        blocks += sides.take(at)
    assert check_sound(blocks) == pytest.approx(32_000, abs=200)
    assert not any(block.gap for block in blocks)
    assert not joined(blocks)[1].any()


def test_a_softphone_that_begins_in_mid_call_is_silent_before_and_counted_after() -> None:
    sides = TwoSides(Side(expected=True), Side(expected=False))
    sides.left.opened(8000)
    blocks = []
    far = [block for block in Card().blocks(9000) if 4000 < block[0] < 6000 or block[0] > 7000]
    opened = False
    for at, samples, _ in Card().blocks(9000):
        sides.left.heard(at, samples)
        if at == 1000:
            sides.start(1000)
        if 6400 <= at < 7000:
            sides.right.closed()
        elif far and far[0][0] == at:
            if not opened or at == 7020:
                sides.right.opened(8000)
                opened = True
            sides.right.heard(*far.pop(0)[:2])
        blocks += sides.take(at)
    gaps = [(block.start // 8, block.gap // 8) for block in blocks if block.gap]
    assert sum(length for _, length in gaps) == pytest.approx(1020, abs=25)
    assert gaps[0][0] == pytest.approx(5000, abs=25)
    assert max(map(abs, delays(joined(blocks)[1], 1000))) <= 1


def test_early_media_is_there_from_the_first_sample() -> None:
    blocks, _ = play(Card(), Card(), 5)
    left, right = joined(blocks)
    for side in (left, right):
        want = noise(2000 + np.arange(len(side)) / 8)
        assert np.corrcoef(side, want)[0, 1] > 0.99
        assert side[:80] == pytest.approx(want[:80], abs=0.1)


def test_without_the_loop_an_hour_would_drift_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: a clock that believes the label on the card."""
    monkeypatch.setattr(SourceClock, "_follow", lambda self, time, lateness: None)
    blocks, _ = play(Card(ppm=200), Card(ppm=-200), 40)
    left, _ = joined(blocks)
    assert max(map(abs, delays(left))) > 6


def test_without_filling_a_loss_would_move_everything_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretch.Stretch, "_fill", lambda self, lost: None)
    blocks, _ = play(Card(loses=[(5000, 400)]), Card(), 8)
    assert max(map(abs, delays(joined(blocks)[0]))) > 10


@pytest.mark.long
@pytest.mark.parametrize(("ppm", "mpp"), [(200, -200)])
def test_an_hour_of_sound_is_still_together(ppm: int, mpp: int) -> None:
    stalls = [(600_000.0 + 400_000 * number, 800.0) for number in range(8)]
    blocks, _ = play(
        Card(ppm=ppm, block=320, jitter=6, stalls=stalls), Card(ppm=mpp, block=320, jitter=6), 3600, 500
    )
    assert sum(block.gap for block in blocks) == 0
    left, right = joined(blocks)
    one, other = delays(left, every=80_000), delays(right, every=80_000)
    assert len(one) == len(other) >= 355
    apart = [abs(a - b) for a, b in zip(one, other, strict=True)]
    print(
        f"two clocks {ppm - mpp} ppm apart, one hour: at most {max(apart):.2f} ms, at the end {apart[-1]:.2f} ms"
    )
    assert max(apart[6:]) <= 20
