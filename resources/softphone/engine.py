"""The engine: pjsua2, on one thread, with every pitfall of it that was met kept inside this file and calls.py.

Destroying its objects in the wrong order aborts the process (a C assert), exceptions in its callbacks vanish, and its worker
threads would call into Python whenever they like. So: no worker threads (libHandleEvents is called here), callbacks only put
facts into a list, calls are let go of outside callbacks, and at the end the process leaves without Python's own tidying up.
"""

import os
import queue
import re
import sys
import time
import traceback

import pjsua2 as pj
from calls import Call, Ear, told
from wire import Sound, Wire

VERSION = 1
"""Of the pipe's language."""
POLL_MS = 10
CODECS = ("PCMA/8000/1", "PCMU/8000/1")
_SECRET = re.compile(r"(?im)^((?:proxy-)?authori[sz]ation|(?:www|proxy)-authenticate):.*$")
_MESSAGE = re.compile(r"(?s)^.*?\b(TX|RX) \d+ bytes .*?:\s*\n(.*?)\s*--end msg--\s*$")
LEAVE_S = 3.0
"""Seconds that a farewell (BYE, CANCEL, un-REGISTER) may take at the end."""


class Writer(pj.LogWriter):
    """pjsip's log: SIP messages become "sip" events, warnings "note" events."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    @told
    def write(self, entry: pj.LogEntry) -> None:
        """One entry."""
        if found := _MESSAGE.match(entry.msg):
            way = "out" if found[1] == "TX" else "in"
            self._wire.say("sip", way=way, text=_SECRET.sub(r"\1: ***", found[2].replace("\r", "")))
        elif entry.level <= 2:
            self._wire.say("note", text=entry.msg.strip())


class Account(pj.Account):
    """Our place at the PBX."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire
        self.strangers: list[pj.Call] = []

    @told
    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802 — pjsua2's name
        """The registrar has answered, or not."""
        self._wire.say(
            "registration",
            code=prm.code,
            reason=prm.reason,
            good=200 <= prm.code < 300,
            seconds=prm.expiration,
        )

    @told
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 — pjsua2's name
        """We only call. A call object that died here would answer 603 for us: it is kept until turn_away()."""
        self.strangers.append(pj.Call(self, prm.callId))

    def turn_away(self) -> None:
        """Whoever calls us hears that we are busy."""
        for call in list(self.strangers):
            if call.isActive():
                busy = pj.CallOpParam()
                busy.statusCode = 486
                call.hangup(busy)
                self._wire.say("note", text="somebody called, and was told that we are busy")
            else:
                self.strangers.remove(call)


class Engine:
    """One account, and at most one call that is ours; calls that were given up may still be dying behind it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._writer = Writer(wire)  # held here for as long as C++ may call it
        self._account: Account | None = None
        self._calls: dict[str, Call] = {}
        self._looked = 0.0

    def open(self, command: dict[str, object]) -> None:
        """Start the library, the transport and the account. pj.Error when that cannot be."""
        self._sound = Sound(
            str(command["pcm_host"]), int(str(command["pcm_port"])), str(command["pcm_token"])
        )
        self._endpoint.libInit(_config(self._writer))
        tcp = command.get("transport") == "tcp"
        kind = pj.PJSIP_TRANSPORT_TCP if tcp else pj.PJSIP_TRANSPORT_UDP
        transport = pj.TransportConfig()
        transport.port = int(str(command.get("local_port") or 0))
        transport.boundAddress = str(command.get("bind") or "")
        transport_id = self._endpoint.transportCreate(kind, transport)
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()
        self._choose_codecs(str(command.get("codec") or "PCMA"))
        self._ear = Ear(self._sound)
        self._account = Account(self._wire)
        self._account.create(_account(command, transport_id))

    def _choose_codecs(self, first: str) -> None:
        """G.711 only: what the network carries anyway, and no second coding of what the recording holds."""
        for codec in self._endpoint.codecEnum2():
            rank = 255 if first in codec.codecId else 128
            self._endpoint.codecSetPriority(codec.codecId, rank if codec.codecId in CODECS else 0)

    def do(self, command: dict[str, object]) -> None:
        """Carry out one command. What pjsua2 does not like becomes a "fault"."""
        name = str(command.get("call") or "")
        call = self._calls.get(name)
        try:
            match command.get("do"):
                case "dial":
                    self._dial(name, command)
                case "hangup" if call is not None:
                    call.leave()
                case "dtmf" if call is not None:
                    call.press(str(command.get("digits")))
                case "ping":
                    self._wire.say("pong", n=command.get("n"))
                case "hangup":
                    return  # it has ended by itself
                case other:
                    self._wire.say("fault", call=name, text=f"not understood here: {other}")
        except pj.Error as error:
            self._wire.say("fault", call=name, text=f"{error.title}: {error.reason}")

    def _dial(self, name: str, command: dict[str, object]) -> None:
        assert self._account is not None
        call = Call(self._account, name, self._wire, self._ear)
        self._calls[name] = call
        headers = command.get("headers")
        try:
            call.begin(str(command["to"]), headers if isinstance(headers, dict) else {})
        except pj.Error as error:
            call.over = True
            self._wire.say("ended", call=name, by="engine", code=0, text=error.reason, reason="", seconds=0)

    def step(self) -> None:
        """Let pjsip work for a moment, then look at the calls."""
        self._endpoint.libHandleEvents(POLL_MS)
        if self._account is not None and self._account.strangers:
            self._account.turn_away()
        now = time.monotonic()
        if second := now - self._looked >= 1:
            self._looked = now
        for name, call in list(self._calls.items()):
            call.look(now, second=second)
            if call.over:  # here, and not in its own callback: C++ still stands in it there
                del self._calls[name]

    def close(self) -> None:
        """Hang up politely, sign off, shut the library down."""
        until = time.monotonic() + LEAVE_S
        for call in self._calls.values():
            call.leave()
        while self._calls and time.monotonic() < until:
            self.step()
        try:
            self._endpoint.libDestroy()
        except pj.Error as error:
            self._wire.say("note", text=error.reason)


def _config(writer: Writer) -> pj.EpConfig:
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.userAgent = "Fangxin softphone"
    config.logConfig.level = config.logConfig.consoleLevel = 4  # "console" is where our writer stands
    config.logConfig.msgLogging = 1
    config.logConfig.writer = writer
    media = config.medConfig
    media.clockRate = media.sndClockRate = 8000
    media.channelCount, media.audioFramePtime, media.ptime = 1, 20, 20
    media.noVad, media.ecTailLen = True, 0
    return config


def _account(command: dict[str, object], transport_id: int) -> pj.AccountConfig:
    config = pj.AccountConfig()
    config.idUri = str(command["account"])
    config.regConfig.registrarUri = str(command.get("registrar") or "")
    config.regConfig.timeoutSec = 300
    config.regConfig.retryIntervalSec = 15
    config.regConfig.firstRetryIntervalSec = 2
    if user := str(command.get("user") or ""):
        password = str(command.get("password") or "")
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, password))
    if proxy := str(command.get("proxy") or ""):
        config.sipConfig.proxies.append(proxy)
    config.sipConfig.transportId = transport_id
    media = config.mediaConfig.transportConfig
    media.port = int(str(command.get("rtp_port") or 0))
    media.portRange = 100 if media.port else 0
    media.boundAddress = str(command.get("bind") or "")
    return config


def serve(wire: Wire) -> None:
    """Greet, open on command, work until "close" or until the other side is gone."""
    engine = Engine(wire)
    wire.say(
        "hello", v=VERSION, engine=f"pjsua2 {pj.__version__}" if hasattr(pj, "__version__") else "pjsua2"
    )
    try:
        first = wire.commands.get()
        if first is not None and first.get("do") == "open":
            engine.open(first)
            wire.say("ready")
            _work(engine, wire)
    except (pj.Error, OSError) as error:
        wire.say("failed", text=getattr(error, "reason", "") or str(error))
    except Exception:  # noqa: BLE001 — whatever it is: it is told, and the process ends (it is started again)
        traceback.print_exc()
    engine.close()
    sys.stderr.flush()
    os._exit(0)  # Python's own order of destroying pjsua2's objects aborts in C


def _work(engine: Engine, wire: Wire) -> None:
    while True:
        engine.step()
        try:
            while True:
                command = wire.commands.get_nowait()
                if command is None or command.get("do") == "close":
                    return
                engine.do(command)
        except queue.Empty:
            continue
