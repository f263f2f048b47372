"""A workstation introduces itself to central with a one-time code that its supervisor was given."""

from dataclasses import dataclass

from app.canonical import Value
from app.errors import SyncError
from app.evidence.age import Recipient
from app.evidence.note import Verifier
from app.sync.client import Client


@dataclass(frozen=True, slots=True)
class Introduction:
    """What central learns of a device epoch. name: "<device>.<epoch>". recipient: for assignments sealed to it."""

    name: str
    verifier: Verifier
    recipient: Recipient


def enrol(client: Client, code: str, device: Introduction) -> None:
    """Spend the code. Doing it again with the same device is harmless. SyncError: wrong or spent code, no central there."""
    document: dict[str, Value] = {
        "v": 1,
        "code": code.strip(),
        "device": device.name,
        "vkey": device.verifier.vkey,
        "recipient": str(device.recipient),
    }
    if client.post("/v1/enrol", document).get("device") != device.name:
        raise SyncError("This is not central's answer to an enrolment", todo="Check central's address.")
