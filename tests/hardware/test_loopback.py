"""The line's sound between two programs: both ends of the loopback connection, ours and the softphone program's."""

import importlib.util
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hardware.loopback import LoopbackPcm

PROGRAM = Path(__file__).resolve().parent.parent.parent / "resources" / "softphone"


def wire() -> ModuleType:
    """The program's own module: it is started as a folder, and is no part of our packages."""
    spec = importlib.util.spec_from_file_location("softphone_wire", PROGRAM / "wire.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WIRE = wire()


def frame(number: int) -> bytes:
    """20 ms that can be told from others."""
    return number.to_bytes(2, "little") * 160


def wait_until(true: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.fixture
def ends() -> Iterator[tuple[LoopbackPcm, Any]]:
    ours = LoopbackPcm()
    port, token = ours.offer()
    its = WIRE.Sound("127.0.0.1", port, token)
    wait_until(lambda: ours._peer is not None)
    yield ours, its
    ours.hang_up()
    wait_until(lambda: not any(each.name == "near sound" for each in threading.enumerate()))
    its._socket.close()


def test_the_far_side_is_heard_in_order_and_whole(ends: tuple[LoopbackPcm, Any]) -> None:
    ours, its = ends
    for number in range(100):
        its.give(frame(number))
    heard = b""

    def all_there() -> bool:
        nonlocal heard
        heard += ours.read()
        return len(heard) >= 100 * 320

    wait_until(all_there)
    assert heard == b"".join(map(frame, range(100)))
    assert ours.read() == b""


def test_the_near_side_is_said_in_order(ends: tuple[LoopbackPcm, Any]) -> None:
    ours, its = ends
    for number in range(3):
        ours.write(frame(number))
    wait_until(lambda: len(its._near) == 3)
    assert [its.take() for _ in range(4)] == [frame(0), frame(1), frame(2), b""]


def test_a_late_voice_is_dropped_not_queued(ends: tuple[LoopbackPcm, Any]) -> None:
    ours, its = ends
    for number in range(50):
        ours.write(frame(number))
    wait_until(lambda: its._near and its._near[-1] == frame(49))
    taken = [its.take() for _ in range(6)]
    assert taken == [frame(n) for n in range(45, 50)] + [b""], "the last 100 ms and nothing older"


def test_a_clock_that_runs_faster_does_not_make_the_voice_late(ends: tuple[LoopbackPcm, Any]) -> None:
    """A frame too many every five seconds: never more than two wait for long."""
    _, its = ends
    waiting = []
    for tick in range(60 * 50):
        its._near.extend([frame(tick % 1000)] * (1 if tick % 250 else 2))
        its.take()
        waiting.append(len(its._near))
    assert max(waiting) <= 2


def test_a_program_that_does_not_listen_costs_no_time_and_cuts_no_sample() -> None:
    ours = LoopbackPcm()
    port, token = ours.offer()
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(token.encode() + b"\n")
        wait_until(lambda: ours._peer is not None)
        block = b"\x01\x02" * 3999
        begun = time.monotonic()
        for _ in range(2000):
            ours.write(block)
        assert time.monotonic() - begun < 10, "16 MB to nobody"
        peer.settimeout(0.5)
        got = bytearray()
        try:
            while True:
                got += peer.recv(1 << 20)
                ours.write(b"")
        except TimeoutError:
            pass
        ours.hang_up()
    assert len(got) % 2 == 0
    assert bytes(got) == b"\x01\x02" * (len(got) // 2), "what arrives is still made of whole samples"


def test_who_does_not_know_the_token_hears_nothing_and_is_not_heard() -> None:
    ours = LoopbackPcm()
    port, token = ours.offer()
    for wrong in (b"0" * 32 + b"\n", token.encode() + b"x\n", b"\n", b""):
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.settimeout(30)
            with suppress(OSError):  # he may be shown out before he has said all
                stranger.sendall(wrong)
                stranger.shutdown(socket.SHUT_WR)
                assert stranger.recv(10) == b"", "he is shown out"
    with socket.create_connection(("127.0.0.1", port)) as friend:
        friend.sendall(token.encode() + b"\n" + frame(7))
        heard = b""

        def frame_there() -> bool:
            nonlocal heard
            heard += ours.read()
            return len(heard) >= 320

        wait_until(frame_there)
        assert heard == frame(7)
        ours.hang_up()


def test_an_old_offer_is_void_once_there_is_a_new_one() -> None:
    ours = LoopbackPcm()
    old_port, old_token = ours.offer()
    port, token = ours.offer()
    with socket.create_connection(("127.0.0.1", old_port)) as old:
        old.sendall(old_token.encode() + b"\n" + frame(1))
        with socket.create_connection(("127.0.0.1", port)) as new:
            new.sendall(token.encode() + b"\n" + frame(2))
            heard = b""

            def frame_there() -> bool:
                nonlocal heard
                heard += ours.read()
                return len(heard) >= 320

            wait_until(frame_there)
            assert heard == frame(2)
            old.settimeout(30)
            with suppress(ConnectionResetError):
                assert old.recv(1) == b""
        ours.hang_up()


def test_without_a_program_there_is_silence() -> None:
    ours = LoopbackPcm()
    assert ours.read() == b""
    ours.write(frame(1))
    ours.hang_up()
    ours.hang_up()
