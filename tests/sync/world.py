"""A small world for the sync tests: one central with a study, workstations with a journal and a store, and wires that misbehave."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2

from app.canonical import hexdigest
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.clock import Entropy, VirtualClock, seeded, system_entropy
from app.evidence.age import Identity
from app.evidence.journal import Journal
from app.evidence.note import COSIGNATURE, Signer, Verifier
from app.store import Store
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.sync.outbox import Synced, sync_once
from app.sync.parcel import origin_of

Answer = Callable[[httpx2.Request], httpx2.Response]

STUDY = "dazhou-2017"
NOW = 1_500_000_000_000
CENTRE = Signer("centre", b"c" * 32)


@dataclass
class Central:
    """Central's folder and registry, served on loopback while the world stands."""

    stores: FolderStore
    registry: Registry
    clock: VirtualClock
    url: str = ""

    @property
    def verifier(self) -> Verifier:
        return self.stores.signer.verifier


@dataclass
class Workstation:
    """One device epoch: keys, journal, store. Nothing of the desk."""

    folder: Path
    name: str
    signer: Signer
    identity: Identity
    journal: Journal
    store: Store
    clock: VirtualClock
    entropy: Entropy = field(default_factory=lambda: seeded("workstation"))

    @property
    def introduction(self) -> Introduction:
        return Introduction(self.name, self.signer.verifier, self.identity.recipient)

    def seal(self, kind: str, size: int) -> str:
        """A sealed file (random bytes are as good as any to central), enqueued."""
        data = self.entropy(size)
        sha256 = hexdigest(data)
        path = self.folder / "objects" / sha256
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self.store.enqueue(sha256, kind, path, size)
        return sha256

    def call(self, number: int, size: int = 3000) -> list[str]:
        """A call's worth of journal and sealed files. Returns their hashes."""
        contact, sound = self.seal("contact", 700), self.seal("recording", size)
        call = f"call{number}"
        self.journal.append("dial.start", call=call, case="case", number="00" * 32, contact=contact)
        self.journal.append("rec.mark", call=call, bytes=1, sha256="11" * 32, samples=8000)
        self.journal.append("rec.close", call=call, sha256=sound, bytes=size)
        self.journal.checkpoint()
        return [contact, sound]


class World:
    """Builds and tears down. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._stack = folder, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def central(self, *, rehearsal: bool = True, serve: bool = True, name: str = "central") -> Central:
        """Set up anew, or opened again on the same folder."""
        clock = VirtualClock(NOW)
        stores = self._stack.enter_context(FolderStore.open(self._folder / name, seeded(name), name=name))
        stores.install(b"PK study", study=STUDY, version=1, rehearsal=rehearsal, centre_vkey=CENTRE.vkey)
        central = Central(stores, Registry(stores, clock), clock)
        if serve:
            central.url = self._stack.enter_context(running(central.registry))
        return central

    def workstation(
        self, device: str = "0badcafe", *, rehearsal: bool = True, folder: str = ""
    ) -> Workstation:
        name, place = f"{device}.1", self._folder / (folder or device)
        clock = VirtualClock(NOW)
        origin = origin_of(STUDY, name)
        signer = Signer(origin, hexdigest(device.encode()).encode()[:32])
        journals = place / "journals" / "1"
        journal = self._stack.enter_context(
            Journal.open(journals, origin, signer, clock, rehearsal=rehearsal)
        )
        store = self._stack.enter_context(Store.open(place / "store.db", b"k" * 32))
        identity = Identity.generate(seeded(device))
        return Workstation(place, name, signer, identity, journal, store, clock, seeded(f"{place}"))

    def client(
        self,
        workstation: Workstation,
        central: Central,
        *,
        wire: Callable[[httpx2.Request, httpx2.BaseTransport], httpx2.Response] | None = None,
        **options: Any,
    ) -> Client:
        """A client of this workstation. wire: sees every request and may do with it what networks do."""
        transport = Wire(wire) if wire else None
        options.setdefault("attempts", 1)
        client = Client(
            central.url or "http://central.test",
            workstation.name,
            workstation.signer,
            [central.verifier],
            workstation.clock,
            system_entropy,  # nonces must differ between clients
            transport=transport,
            **options,
        )
        return self._stack.enter_context(client)

    def enrolled(self, workstation: Workstation, central: Central, **options: Any) -> Client:
        code = central.stores.index.issue_code(seeded(workstation.name), NOW)
        with self.client(workstation, central) as first:
            enrol(first, code, workstation.introduction)
        return self.client(workstation, central, **options)


class Wire(httpx2.BaseTransport):
    """A transport in the way of the real one."""

    def __init__(self, act: Callable[[httpx2.Request, httpx2.BaseTransport], httpx2.Response]) -> None:
        self._act, self._real = act, httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._act(request, self._real)

    def close(self) -> None:
        self._real.close()


def round_of(station: Workstation, client: Client) -> Synced:
    """One round of handing in."""
    return sync_once(station.store, station.journal.path.parent, client)


def other_cosigner(name: str = "central") -> Signer:
    """A stranger who calls itself central."""
    return Signer(name, b"x" * 32, COSIGNATURE)


def hostile(
    world: World, station: Workstation, central: Central, answer: Answer, **options: object
) -> Client:
    """A client whose central is not central at all."""
    return world.client(station, central, wire=lambda request, _: answer(request), **options)


def portal(_: httpx2.Request) -> httpx2.Response:
    """A login page that answers everything."""
    page = b"<html><title>Welcome to Hotel Wifi</title></html>"
    return httpx2.Response(200, headers={"Content-Type": "text/html"}, content=page)


def redirect(_: httpx2.Request) -> httpx2.Response:
    """Somebody who would rather have us elsewhere."""
    return httpx2.Response(307, headers={"Location": "http://evil.test/"})
