"""A SIP engine without SIP: speaks the softphone's pipe (resources/docs/softphone.md) on a clock that the test turns.

It shows that the driver does not depend on pjsua2, and that another engine can take its place. Its fault: argument 1.
"""

import json
import sys
from collections.abc import Iterator

RING, ANSWER, GIVE_UP, REFUSE = 300, 3000, 45_000, 600
"""ms after the dial: it rings; somebody answers; the network gives up; busy."""


class Engine:
    """One call at a time. script: what will be said, (at, event, values)."""

    def __init__(self, fault: str) -> None:
        self.fault, self.now = fault, 0
        self.script: list[tuple[int, str, dict[str, object]]] = []

    def say(self, event: str, **values: object) -> None:
        sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
        sys.stdout.flush()

    def do(self, command: dict[str, object]) -> None:
        call = command.get("call")
        match command["do"]:
            case "open":
                self.say("hello", v=1, engine="stand-in")
                if self.fault == "cannot":
                    self.say("failed", text="no such address")
                    sys.exit(1)
                self.say("ready")
            case "tick":
                self.tick(int(str(command["ms"])), command["n"])
            case "ping" if self.fault != "deaf":
                self.say("pong", n=command["n"])
            case "dial":
                if self.fault == "dies":
                    sys.exit(9)
                self.script = list(self.will(str(call), str(command["to"])))
            case "hangup" if self.fault != "clings":
                self.script = []
                self.say("ended", call=call, by="us", code=487, text="Request Terminated", reason="")
            case "close":
                sys.exit(0)

    def will(self, call: str, to: str) -> Iterator[tuple[int, str, dict[str, object]]]:
        """What the number's last digit makes happen: 1 answers, 2 rings, 3 is busy."""
        now, digit = self.now, to.partition("@")[0][-1]
        if self.fault == "babbles":
            sys.stdout.write("SIP/2.0 200 OK\n[1, 2]\n{\n")
            self.say("weather", good=True)
            self.say("ended", call="an-older-call", by="far", code=0, text="", reason="")
        yield now + 50, "progress", {"call": call, "code": 100, "text": "Trying", "reason": ""}
        if digit == "3":
            refused = {"call": call, "by": "network", "code": 486, "text": "Busy Here", "reason": ""}
            yield now + REFUSE, "ended", refused
            return
        yield now + RING, "progress", {"call": call, "code": 180, "text": "Ringing", "reason": ""}
        if digit == "1":
            yield now + ANSWER, "media", {"call": call, "active": True, "early": False, "codec": "PCMA"}
            yield now + ANSWER, "answered", {"call": call, "code": 200, "text": "OK"}
        else:
            gone = {
                "call": call,
                "by": "network",
                "code": 480,
                "text": "Temporarily Unavailable",
                "reason": "",
            }
            yield now + GIVE_UP, "ended", gone

    def tick(self, milliseconds: int, number: object) -> None:
        self.now += milliseconds
        while self.script and self.script[0][0] <= self.now:
            _, event, values = self.script.pop(0)
            self.say(event, **values)
        self.say("ticked", n=number)


def main() -> None:
    engine = Engine(sys.argv[1] if len(sys.argv) > 1 else "")
    for line in sys.stdin:
        engine.do(json.loads(line))


if __name__ == "__main__":
    main()
