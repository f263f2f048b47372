"""Which devices are there: every serial port of this computer, and what answers behind it. Nothing here is ever fatal."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import serial

from hardware import models
from hardware.serial_port import TROUBLE, Identity, PortInfo, listed, opened

_QUESTIONS = ("AT", "ATE0", "ATI", "AT+GMI", "AT+GMM", "AT+FCLASS=?", "AT+CGMM", "AT+CLCC")
_ANSWER_WITHIN = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """A port. driver: "voice_modem", "cellular" or "" when nothing that we know answers. model: the entry in modems.toml.

    says: what it answered about itself. trouble: why it could not be asked. identity: by which it is found under another name.
    """

    port: str
    description: str
    identity: Identity | None
    driver: str = ""
    model: str = ""
    says: str = ""
    trouble: str = ""


def find(
    *,
    ask: bool = True,
    ports: Callable[[], Sequence[PortInfo]] = listed,
    open_port: Callable[[str, int], serial.Serial] = opened,
) -> list[Found]:
    """The ports of this computer. ask: open each and ask who is there (up to a second a question, and only where AT is answered).

    A module shows several ports; those that do not answer to AT are its others (diagnosis, GPS, sound). Do not ask while a line is open.
    """
    found = []
    for each in ports():
        here = Found(each.device, each.description or "", Identity.of(each))
        found.append(_asked(here, open_port) if ask else here)
    return found


def _asked(here: Found, open_port: Callable[[str, int], serial.Serial]) -> Found:
    device = None
    try:
        device = open_port(here.port, 115_200)
        answers = _answers(device)
    except TROUBLE as error:
        return Found(here.port, here.description, here.identity, trouble=f"{type(error).__name__}: {error}")
    finally:
        if device is not None:
            device.close()
    driver, model = recognised(answers)
    says = " ".join(answers.get("ATI", "").split())
    return Found(here.port, here.description, here.identity, driver, model, says)


def _answers(device: serial.Serial) -> dict[str, str]:
    """What was answered to each question, without result codes. Empty when nobody answers to AT."""
    answers: dict[str, str] = {}
    for question in _QUESTIONS:
        device.write(question.encode("ascii") + b"\r")
        heard, until = b"", time.monotonic() + _ANSWER_WITHIN
        while time.monotonic() < until and not heard.rstrip().endswith((b"OK", b"ERROR")):
            heard += device.read(device.in_waiting or 1)
        text = heard.decode("ascii", "replace")
        if question == "AT" and "OK" not in text:
            return {}
        if "ERROR" not in text:
            answers[question] = text.replace(question, "").replace("OK", "").strip()
    return answers


def recognised(answers: dict[str, str]) -> tuple[str, str]:
    """(driver, model) by the answers to our questions; ("", "") when it has neither voice mode nor a list of calls."""
    about = " ".join(answers.get(each, "") for each in ("ATI", "AT+GMI", "AT+GMM", "AT+CGMM"))
    if "8" in answers.get("AT+FCLASS=?", "").replace("(", ",").replace(")", ",").split(","):
        return "voice_modem", models.modem(about).key
    if "AT+CLCC" in answers or answers.get("AT+CGMM"):
        return "cellular", models.module(about).key
    return "", ""
