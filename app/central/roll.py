"""The list of desks for the centre, and central's word for it (app/sync/roll.py says why)."""

from app.canonical import encode
from app.central.intake import IntakeError
from app.central.registry import Message, Registry
from app.errors import EvidenceError
from app.evidence.note import Verifier, cosign, open_note
from app.sync.roll import roll_text


def listing(registry: Registry, message: Message) -> bytes:
    """Every enrolled device epoch with its keys, as canonical JSON."""
    registry.centre(message)
    return _listing(registry)


def vouched(registry: Registry, message: Message) -> str:
    """The centre's note about the list, with central's signature. IntakeError when it is about another list than the present one."""
    registry.centre(message)
    try:
        note = message.body.decode()
        text = open_note(note, [Verifier.parse(registry.index.setting("centre"))]).text
    except (EvidenceError, UnicodeError) as error:
        raise IntakeError(400, "body", "This note does not hold") from error
    nonce = text.split("\n")[1]
    if text != roll_text(nonce, _listing(registry)):
        raise IntakeError(409, "devices", "Another desk was enrolled just now; ask again")
    return cosign(note, registry.stores.signer, registry.clock.wall() // 1000)


def _listing(registry: Registry) -> bytes:
    devices = [
        {"name": each.name, "vkey": each.vkey, "recipient": each.recipient}
        for each in registry.index.devices()
    ]
    return encode({"v": 1, "devices": devices})
