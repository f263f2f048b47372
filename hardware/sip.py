"""What SIP needs to know beside the calls: whose account it is, whom a number means, and what a call's end says.

Causes follow ITU-T Q.850 (in a Reason header, RFC 3326) where the network gives one, as it is nearer to the truth than the SIP
status a gateway made of it; else the status, after the table of RFC 3398 §8.2.6.1 turned round.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from hardware.base import Cause

_ACCOUNT = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[A-Za-z0-9+._-]+)@)?(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?"
    r"(?:;transport=(?P<transport>udp|tcp))?"
)
_SIP = re.compile(r"sip:[A-Za-z0-9@.:;=_\[\]-]+")
_Q850 = re.compile(r"(?i)Q\.850\s*;.*?cause\s*=\s*(\d+)")
CODECS = ("PCMA", "PCMU")
"""G.711 A-law first: it is what the telephone network of China carries."""

_BY_Q850 = {
    1: Cause.VACANT,  # unallocated number
    2: Cause.UNREACHABLE,  # no route to network
    3: Cause.UNREACHABLE,  # no route to destination
    17: Cause.BUSY,
    18: Cause.UNREACHABLE,  # no user responding: nothing rang
    19: Cause.NO_ANSWER,  # it rang
    20: Cause.UNREACHABLE,  # subscriber absent: switched off or without coverage, and it does not say which
    21: Cause.REJECTED,
    22: Cause.VACANT,  # number changed
    27: Cause.UNREACHABLE,  # destination out of order
    28: Cause.VACANT,  # invalid number format
    34: Cause.CONGESTION,  # no circuit available
    38: Cause.CONGESTION,  # network out of order
    41: Cause.CONGESTION,  # temporary failure
    42: Cause.CONGESTION,  # switching equipment congestion
    44: Cause.CONGESTION,  # requested circuit not available
    47: Cause.CONGESTION,  # resource unavailable
    55: Cause.SUSPENDED,  # incoming calls barred
}
_BY_STATUS = {
    401: Cause.DEVICE,  # the PBX does not know us
    403: Cause.REJECTED,
    404: Cause.VACANT,
    407: Cause.DEVICE,
    410: Cause.VACANT,
    484: Cause.VACANT,
    486: Cause.BUSY,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.VACANT,
    607: Cause.REJECTED,
    608: Cause.REJECTED,
    500: Cause.CONGESTION,
    502: Cause.CONGESTION,
    503: Cause.CONGESTION,
    504: Cause.UNREACHABLE,
}
_RANG_OUT = (408, 480, 487)
"""When it rang before: nobody came to the telephone. When it did not ring: nobody was found."""


def cause(code: int, reason: str, *, rang: bool) -> Cause:
    """Why the network ended a call before the answer. code: SIP status; reason: the Reason header's value, "" when none came."""
    found = _Q850.search(reason)
    if found and (said := _BY_Q850.get(int(found[1]))) is not None:
        return said
    if code in _RANG_OUT:
        return Cause.NO_ANSWER if rang else Cause.UNREACHABLE
    return _BY_STATUS.get(code, Cause.UNKNOWN)


def raw(first: str, reason: str) -> str:
    """What came, as it came: "404 Not Found" or "BYE", and the Reason header when there was one."""
    return f"{first} | Reason: {reason}" if reason else first


@dataclass(frozen=True, slots=True)
class Account:
    """A place at a PBX or gateway. user, host, port: of the SIP address. auth: (user, password). caller: the number to show. prefix:
    dialled before every number (an outside line). ring_limit: seconds without an answer after which we give up."""

    user: str
    host: str
    port: str
    transport: str
    registrar: str
    auth: tuple[str, str]
    proxy: str
    codec: str
    caller: str
    prefix: str
    ring_limit: int
    bind: str
    local_port: int
    rtp_port: int

    @property
    def address(self) -> str:
        """Our own SIP address, as it stands in From."""
        return f"sip:{self.user}@{self.host}{self.port}" if self.user else f"sip:{self.host}{self.port}"

    def calling(self, number: str) -> str:
        """The SIP address of a telephone number behind this PBX. ValueError when it is no number."""
        digits = re.sub(r"[ ()-]", "", number)
        if not re.fullmatch(r"\+?[0-9*#]+", digits):
            raise ValueError("this is no telephone number")
        escaped = digits.replace("#", "%23")  # RFC 3261 §25.1: not among the signs that stand for themselves
        return f"sip:{self.prefix}{escaped}@{self.host}{self.port}{self.suffix}"

    @property
    def suffix(self) -> str:
        """The address's parameter for TCP."""
        return ";transport=tcp" if self.transport == "tcp" else ""

    @property
    def headers(self) -> dict[str, str]:
        """What an INVITE carries beside the usual: the number we would like to be shown (RFC 3325); the PBX decides."""
        return {"P-Preferred-Identity": f"<sip:{self.caller}@{self.host}>"} if self.caller else {}


def read_account(port: str, options: Mapping[str, str]) -> Account:
    """port: "sip:USER@HOST[:PORT][;transport=tcp]"; options: resources/docs/softphone.md. ValueError in words on anything else."""
    found = _ACCOUNT.fullmatch(port.strip())
    if found is None or found["scheme"] == "sips":
        raise ValueError(f"{port!r} is no SIP account: write sip:USER@HOST or sip:USER@HOST:PORT")
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise ValueError(f"the softphone has no setting {unknown[0]!r}; it has {', '.join(sorted(OPTIONS))}")
    codec = options.get("codec", CODECS[0]).upper()
    if codec not in CODECS:
        raise ValueError(f"the softphone speaks {' and '.join(CODECS)}, not {codec}")
    user, place = found["user"] or "", f":{found['port']}" if found["port"] else ""
    transport = found["transport"] or "udp"
    auth_user = options.get("user", user)
    secret = options.get("password", "")
    home = f"sip:{found['host']}{place}"
    return Account(
        user=user,
        host=found["host"],
        port=place,
        transport=transport,
        registrar=_registrar(options.get("registrar", "yes" if secret else "no"), home, transport),
        auth=(auth_user, password(secret, auth_user)) if secret else ("", ""),
        proxy=_proxy(options.get("proxy", "")),
        codec=codec,
        caller=_digits(options, "caller"),
        prefix=_digits(options, "prefix"),
        ring_limit=_number(options, "ring_limit", 90),
        bind=options.get("bind", ""),
        local_port=_number(options, "local_port", 0),
        rtp_port=_number(options, "rtp_port", 0),
    )


_ADDRESSING = ("registrar", "user", "password", "proxy", "caller", "prefix", "bind", "local_port", "rtp_port")
OPTIONS = frozenset((*_ADDRESSING, "codec", "ring_limit", "python", "program"))
"""Every setting of a softphone line."""


def password(source: str, user: str) -> str:
    """The password from where it is kept: "env:NAME", "file:PATH" or "keyring:SERVICE". ValueError when it is not there, or when it
    stands in the settings itself."""
    kind, _, where = source.partition(":")
    found: str | None = None
    match kind:
        case "env":
            found = os.environ.get(where)
        case "file":
            try:
                found = Path(where).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"the password file {where} cannot be read: {error}") from error
        case "keyring":
            try:
                found = keyring.get_password(where, user)
            except KeyringError as error:
                raise ValueError(f"the system's keystore does not open: {error}") from error
        case _:
            raise ValueError(
                "a password does not stand in the settings: say env:NAME, file:PATH or keyring:SERVICE"
            )
    if not found:
        raise ValueError(f"there is no password for {user} in {source}")
    return found


def masked(text: str, number: str) -> str:
    """A line for the log, without the number that is being called and without any other in a SIP address or a display name."""
    if number:
        text = re.sub(rf"(?<!\d){re.escape(number)}(?!\d)", "***", text)
    return re.sub(r"(?i)((?:sips?|tel):|\")\+?[0-9%*#]{5,}", r"\1***", text)


def _registrar(wish: str, home: str, transport: str) -> str:
    suffix = ";transport=tcp" if transport == "tcp" else ""
    match wish:
        case "yes":
            return home + suffix
        case "no" | "":
            return ""
        case _ if _SIP.fullmatch(wish):
            return wish
    raise ValueError(f"registrar is yes, no or a SIP address, not {wish!r}")


def _proxy(wish: str) -> str:
    """An outbound proxy, ";lr" added (RFC 3261 §16.12: without it the proxy would be taken for the one called)."""
    if wish and not _SIP.fullmatch(wish):
        raise ValueError(f"proxy is a SIP address, not {wish!r}")
    return wish if not wish or ";lr" in wish else wish + ";lr"


def _digits(options: Mapping[str, str], name: str) -> str:
    digits = re.sub(r"[ -]", "", options.get(name, ""))
    if not re.fullmatch(r"\+?[0-9*]*", digits):
        raise ValueError(f"{name} is a number, not {options[name]!r}")
    return digits


def _number(options: Mapping[str, str], name: str, usual: int) -> int:
    text = options.get(name, str(usual))
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError(f"{name} is a whole number, not {text!r}")
    return int(text)
