"""A program that records through the product's own Sound and tells what it got: for tests with a real sound server.

python -m tests.real.record OUT.npz SECONDS [--threads N] [--stall MS] [--volume DB]

stdout: "ready"; after a line on stdin each condition as it is told ("TIME WHAT: VALUE"); after SECONDS, or another line on stdin, one JSON
object.
"""

import argparse
import json
import sys
import threading
import time

import numpy as np

from app.clock import SystemClock
from hardware.base import Condition
from hardware.sound import open_sound


class Over(threading.Event):
    """Set when somebody writes a line."""

    def __init__(self) -> None:
        super().__init__()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        if sys.stdin.readline():
            self.set()


def busy(ending: threading.Event) -> None:
    """A thread that does not let go of the interpreter of its own will."""
    number = 0
    while not ending.is_set():
        for _ in range(100_000):
            number = (number * 31 + 7) % 1_000_003


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--stall", type=int, default=0)
    parser.add_argument("--volume", default="0")
    chosen = parser.parse_args()
    log: list[str] = []
    options = {"microphone": "microphone", "ear": "ear", "line_in": "line", "ear_volume": chosen.volume}
    clock = SystemClock()
    sound = open_sound(options, None, clock, lambda way, text: log.append(f"{clock.mono()} {way} {text}"))
    deadline = time.monotonic() + 60
    while sum("opened" in line for line in log) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(3)
    print("ready", flush=True)
    sys.stdin.readline()
    ending = threading.Event()
    threads = [threading.Thread(target=busy, args=(ending,), daemon=True) for _ in range(chosen.threads)]
    for thread in threads:
        thread.start()
    told: list[str] = []

    def tell() -> None:
        for each in sound.heard():
            if isinstance(each, Condition):
                told.append(f"{each.mono} {each.what}: {each.value}")
                print(told[-1], flush=True)

    tell()
    sound.start("call")
    began, cpu = clock.mono(), time.process_time()
    blocks, looks, over = [], 0, Over()
    while clock.mono() - began < chosen.seconds * 1000 and not over.is_set():
        looks += 1
        time.sleep(chosen.stall / 1000 if chosen.stall and looks % 40 == 0 else 0.05)
        blocks += sound.poll()
        tell()
    lasted = clock.mono() - began
    ending.set()
    cpu = time.process_time() - cpu
    for thread in threads:
        thread.join()
    blocks += sound.poll()
    sides = [
        np.frombuffer(b"".join(getattr(block, name) for block in blocks), "<i2") for name in ("left", "right")
    ]
    np.savez(chosen.out, left=sides[0], right=sides[1])
    gaps = [[block.start, block.gap] for block in blocks if block.gap]
    sound.close()
    print(
        json.dumps(
            {
                "began": began,
                "lasted": lasted,
                "gaps": gaps,
                "samples": len(sides[0]),
                "told": told,
                "log": log,
                "cpu": cpu,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
