"""One SIP call in pjsua2, and the port through which its sound comes and goes."""

import functools
import re
import time
import traceback
from collections.abc import Callable
from typing import Any, TypeVar, cast

import pjsua2 as pj
from wire import FRAME, Sound, Wire

F = TypeVar("F", bound=Callable[..., Any])
GIVE_UP_S = 3.0
"""Seconds after our hang-up until the call is told as ended even though the far side has not agreed; what still comes of it is
dealt with behind the scenes (a late 200 is taken and said good-bye to)."""
_SILENCE = bytes(FRAME)
_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ?([^\r\n]*)")
_OF_INVITE = re.compile(r"(?im)^CSeq:[ \t]*\d+[ \t]+INVITE")
_REASON = re.compile(r"(?im)^Reason:[ \t]*([^\r\n]*)")


def told(callback: F) -> F:
    """What a callback of pjsua2 raises would vanish in C++: it is written on stderr, which stands in the desk's transcript."""

    @functools.wraps(callback)
    def guarded(*arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception:  # noqa: BLE001 — there is nobody above to hear it
            traceback.print_exc()

    return cast("F", guarded)


class Ear(pj.AudioMediaPort):
    """The place in pjsua2's bridge where samples come out and go in, 20 ms at a time, on the library's clock thread."""

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self._sound, self._on = sound, False
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, 20_000, 16)
        self.createPort("ear", form)

    def open(self) -> None:
        """A call's sound begins: nothing that was said before it goes into it."""
        self._sound.forget()
        self._on = True

    def shut(self) -> None:
        """From now on nothing comes out and nothing goes in, whatever the bridge still has to deliver."""
        self._on = False

    @told
    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802 — pjsua2's name
        """20 ms of the far side."""
        if self._on:
            self._sound.give(bytes(frame.buf) if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO else _SILENCE)

    @told
    def onFrameRequested(self, frame: pj.MediaFrame) -> None:  # noqa: N802 — pjsua2's name
        """20 ms of the near side are wanted."""
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        samples = self._sound.take() if self._on else b""
        frame.buf = pj.ByteVector(samples or _SILENCE)
        frame.size = FRAME


class Call(pj.Call):
    """One outgoing call. over: pjsip is through with it; whoever holds it may let it go."""

    def __init__(self, account: pj.Account, name: str, wire: Wire, ear: Ear) -> None:
        super().__init__(account)
        self.over = False
        self._name, self._wire, self._ear = name, wire, ear
        self._audio: pj.AudioMedia | None = None
        self._left: float | None = None
        self._told = False
        self._byed = self._final = False
        self._reason = ""
        self._began = time.monotonic()

    def begin(self, to: str, headers: dict[str, str]) -> None:
        """Send the INVITE. pj.Error when that cannot be."""
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount = 1, 0
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        self.makeCall(to, prm)

    def leave(self) -> None:
        """Hang up; nothing is heard or said any more from this moment on."""
        if self._left is not None or self.over:
            return
        self._left = time.monotonic()
        self._deafen()
        try:
            self.hangup(pj.CallOpParam())
        except pj.Error as error:
            self._wire.say("note", text=f"hang-up: {error.reason}")

    def press(self, digits: str) -> None:
        """DTMF as RFC 4733 events. pj.Error when the far side does not take them."""
        self.dialDtmf(digits)

    def look(self, now: float, *, second: bool) -> None:
        """From the main loop: a far side that does not let go is not waited for; once a second what RTP has brought."""
        if self._left is not None and now - self._left > GIVE_UP_S:
            self._end("us", 0, "the far side has not agreed to our hang-up yet")
        if second and self._audio is not None and not self.over:
            try:
                received = self.getStreamStat(0).rtcp.rxStat
                self._wire.say("rtp", call=self._name, packets=received.pkt, lost=received.loss)
            except pj.Error:
                return

    # pjsua2 calls these, on the main thread (uaConfig.mainThreadOnly).

    @told
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:  # noqa: N802 — pjsua2's name
        """A message of the call has come: its status and its Reason are kept as they are."""
        self._read(prm.e, progress=True)

    @told
    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 — pjsua2's name
        """Answered, or over."""
        self._read(
            prm.e, progress=False
        )  # the message that brought it about: onCallTsxState comes too late for a refusal
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED and self._left is None:
            self._wire.say("answered", call=self._name, code=info.lastStatusCode, text=info.lastReason)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._deafen()
            self._end(self._ended_by(), info.lastStatusCode, info.lastReason)
            self.over = True

    @told
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: ARG002, N802 — pjsua2's name
        """Sound begins, stops or moves (also before the answer)."""
        info = self.getInfo()  # held: its media list dies with it
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            active = media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
            if active and self._left is None:
                if self._audio is None:
                    self._ear.open()
                self._audio = self.getAudioMedia(index)
                self._audio.startTransmit(self._ear)
                self._ear.startTransmit(self._audio)
            codec = self.getStreamInfo(index).codecName if active else ""
            early = info.lastStatusCode < 200
            self._wire.say("media", call=self._name, active=active, early=early, codec=codec)

    def _read(self, event: pj.SipEvent, *, progress: bool) -> None:
        """Take from a message of the far side what pjsua2's own fields do not keep. progress: tell provisional answers."""
        if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
            return
        message = event.body.tsxState.src.rdata.wholeMsg
        if reason := _REASON.search(message):
            self._reason = reason[1].strip()
        self._byed = self._byed or message.startswith("BYE ")
        status = _STATUS.match(message)
        if status is None or self._left is not None or not _OF_INVITE.search(message):
            return
        code = int(status[1])
        self._final = code >= 200 and code not in (401, 407)  # those two only ask for the password
        if code < 200 and progress:
            self._wire.say("progress", call=self._name, code=code, text=status[2], reason=self._reason)

    def _ended_by(self) -> str:
        """us: we hung up; far: it hung up; network: it refused; engine: pjsip made up a status, as nobody was there to give one."""
        if self._left is not None:
            return "us"
        return "far" if self._byed else "network" if self._final else "engine"

    def _deafen(self) -> None:
        audio, self._audio = self._audio, None
        if audio is not None:
            self._ear.shut()
            try:
                audio.stopTransmit(self._ear)
                self._ear.stopTransmit(audio)
            except pj.Error:
                return  # its port is gone already

    def _end(self, by: str, code: int, text: str) -> None:
        if not self._told:
            self._told = True
            seconds = round(time.monotonic() - self._began, 3)
            self._wire.say(
                "ended", call=self._name, by=by, code=code, text=text, reason=self._reason, seconds=seconds
            )
