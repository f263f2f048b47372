"""A central without a wire: one enrolled device, and the notes and lines that it hands in."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.central.intake import IntakeError, Offer
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, Signer, sign
from tests.central.test_intake import ORIGIN
from tests.sync.world import NOW

NAME = "0badcafe.1"
DEVICE = Signer(ORIGIN, b"d" * 32)
STRANGER = Signer(ORIGIN, b"s" * 32)


@dataclass
class Room:
    """A central that can be closed and opened again on its folder."""

    folder: Path
    stores: FolderStore
    registry: Registry

    def again(self) -> "Room":
        self.stores.close()
        self.stores = FolderStore.open(self.folder, seeded("other"))
        self.registry = Registry(self.stores, VirtualClock(NOW))
        return self

    @property
    def journal(self) -> Path:
        return self.folder / "journals" / NAME


def checkpoint(whole: list[bytes], signer: Signer = DEVICE, origin: str = ORIGIN) -> str:
    return sign(Checkpoint(origin, len(whole), root(whole)).text, signer)


def offer(whole: list[bytes], start: int, end: int) -> Offer:
    return Offer(start, tuple(whole[start:end]), checkpoint(whole[:end]))


def refused(room: Room, offer: Offer) -> IntakeError:
    with pytest.raises(IntakeError) as refusal:
        room.registry.take_offer(NAME, offer)
    return refusal.value
