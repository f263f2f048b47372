"""Which desks there are, central must sign: who answers in its place gets neither the room's key nor a case."""

import httpx2
import pytest

from app.canonical import decode, encode
from app.clock import seeded, system_entropy
from app.errors import SyncError
from app.evidence.age import Identity
from app.evidence.note import Verifier, sign
from app.sync.client import Client, RefusedError
from app.sync.roll import enrolled, roll_text
from app.sync.room_key import admit
from tests.sync.world import CENTRE, Central, Wire, Workstation, World, other_cosigner

ROOM = Identity.generate(seeded("room"))


@pytest.fixture
def desk(world: World, central: Central, station: Workstation) -> Workstation:
    world.enrolled(station, central)
    return station


class Way:
    """Between the centre and central. It can add a desk of its own to the list, and repeat what central said before."""

    def __init__(self, *, intruder: str = "", repeat: bool = False) -> None:
        self.intruder, self.repeat = intruder, repeat
        self.sealed: list[str] = []
        self.said: dict[str, bytes] = {}

    def __call__(self, request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
        if request.method == "PUT":
            self.sealed.append(request.url.path)
        answer = real.handle_request(request)
        answer.read()
        content = answer.content
        if request.method == "GET" and self.intruder:
            listing = decode(content)
            own = Identity.generate(seeded("intruder")).recipient
            listing["devices"].append({"name": f"{self.intruder}.1", "vkey": "", "recipient": str(own)})
            content = encode(listing)
        if request.method == "POST":
            content = self.said.setdefault("POST", content) if self.repeat else content
        return httpx2.Response(answer.status_code, content=content)


def office(central: Central, way: Way, key: Verifier | None = None) -> Client:
    known = key or central.verifier
    return Client(
        central.url, "centre", CENTRE, [known], central.clock, system_entropy, attempts=1, transport=Wire(way)
    )


def handed_out(client: Client) -> tuple[str, ...]:
    """As the centre's commands do it: the list once, then the key."""
    return admit(client, enrolled(client, system_entropy), ROOM, system_entropy)


def test_the_room_key_goes_to_the_desks_that_central_signs_for(central: Central, desk: Workstation) -> None:
    way = Way()
    with office(central, way) as client:
        assert handed_out(client) == (desk.name.partition(".")[0],)
    assert way.sealed == [f"/v1/assignments/{desk.name.partition('.')[0]}"]


def test_only_the_centre_is_told_which_desks_there_are(
    world: World, central: Central, desk: Workstation
) -> None:
    with world.client(desk, central) as client, pytest.raises(RefusedError, match="known key"):
        client.fetch("/v1/devices")
    note = sign(roll_text("00" * 16, encode({"v": 1, "devices": []})), CENTRE)
    with world.client(desk, central) as client, pytest.raises(RefusedError, match="known key"):
        client.countersigned("/v1/devices", note)


def test_who_has_not_the_named_key_is_told_nothing(central: Central, desk: Workstation) -> None:
    way = Way()
    with (
        office(central, way, other_cosigner().verifier) as client,
        pytest.raises(SyncError, match="does not hold the key that was given as central's"),
    ):
        handed_out(client)
    assert way.sealed == []


def test_a_desk_that_somebody_on_the_way_has_added_gets_no_key(central: Central, desk: Workstation) -> None:
    way = Way(intruder="deadbeef")
    with office(central, way) as client, pytest.raises(RefusedError, match="ask again"):
        handed_out(client)
    assert way.sealed == []


def test_what_central_has_signed_before_is_not_taken_for_its_word_now(
    central: Central, desk: Workstation
) -> None:
    way = Way(repeat=True)
    with office(central, way) as client:
        enrolled(client, system_entropy)
        with pytest.raises(SyncError, match="does not hold the key"):
            enrolled(client, system_entropy)


def test_saboteur_without_centrals_signature_the_intruder_is_sealed_the_key(
    central: Central, desk: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = Way(intruder="deadbeef")
    monkeypatch.setattr(Client, "countersigned", lambda *_: "")
    with office(central, way) as client:
        assert "deadbeef" in handed_out(client)
    assert "/v1/assignments/deadbeef" in way.sealed
