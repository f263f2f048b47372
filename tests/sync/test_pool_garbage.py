"""Whatever answers at central's address, a round with the pool ends in a sentence, and the desk holds what it held."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from app.canonical import Value, encode
from app.clock import seeded, system_entropy
from app.errors import FangxinError, SyncError
from app.evidence.age import Identity, encrypt
from app.leases import held, let_go, owed
from app.sample.plan import Caller
from app.sync.client import Client
from app.sync.room_key import room_key_of
from app.sync.shared_pool import exchange, lease, pool_round, settle
from tests.sync.pool_room import OURS, Desk, Room
from tests.sync.world import Wire, portal, redirect

OWN = Identity.generate(seeded("own"))
Step = Callable[[Desk, Client], object]


def says(document: Value, status: int = 200) -> Callable[[httpx2.Request], httpx2.Response]:
    return lambda _: httpx2.Response(status, content=encode({"v": 1, **document}))


ANSWERS = {
    "a login page": portal,
    "somewhere else": redirect,
    "nothing": lambda _: httpx2.Response(200),
    "no content": lambda _: httpx2.Response(204),
    "noise": lambda _: httpx2.Response(200, content=bytes(range(256))),
    "a list": lambda _: httpx2.Response(200, content=b"[1,2]"),
    "an empty object": says({}),
    "numbers": says({"cases": 1, "kept": 2, "lease": 3, "counts": 4, "decisions": 5}),
    "words": says({"cases": ["x"], "kept": "x", "lease": "soon", "counts": ["x"], "decisions": ["x"]}),
    "nulls": says({"cases": [None], "kept": None, "lease": None, "counts": [None], "decisions": None}),
    "hollow": says({"cases": [{}], "kept": [], "lease": 1, "counts": [{}], "decisions": [{}]}),
    "unsealed": says(
        {
            "cases": [{"sealed": "AAAA", "attempts": [[]]}],
            "kept": [],
            "lease": 1,
            "counts": [{"desk": 1, "live": 1, "sealed": "AAAA"}],
            "decisions": [],
        }
    ),
    "a fault": lambda _: httpx2.Response(500, content=b"<h1>Internal Server Error</h1>"),
    "a gateway": lambda _: httpx2.Response(502, content=b"Bad Gateway"),
    "no such page": lambda _: httpx2.Response(404, content=b"<html>404</html>"),
    "a clock that is no number": says({"error": "clock", "what": "late", "time": "noon"}, 401),
    "a refusal of numbers": says({"error": 1, "what": 2}, 400),
}


@contextmanager
def holding_two(folder: Path) -> Iterator[Desk]:
    room = Room(folder, 4)
    desk = room.desk(1)
    desk.take("I01", 2)
    yield desk
    room.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with holding_two(tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that no answer may change: so one serves them all."""
    with holding_two(tmp_path_factory.mktemp("untouched")) as desk:
        yield desk


def asked(desk: Desk, answer: Callable[[httpx2.Request], httpx2.Response]) -> Client:
    own = desk.client
    return Client(
        own._url,
        own.key_id,
        own.signer,
        list(own._central),
        desk.clock,
        system_entropy,
        attempts=1,
        transport=Wire(lambda request, _: answer(request)),
    )


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize(
    "step",
    [
        lambda desk, client: lease(client, desk.store, OURS, Caller("I01"), 4, desk.clock),
        lambda desk, client: exchange(client, OURS, desk.quotas, system_entropy),
        lambda desk, client: pool_round(
            client, desk.store, OURS, Caller("I01"), desk.quotas, desk.clock, system_entropy, 4
        ),
    ],
    ids=["lease", "cells", "round"],
)
def test_a_stranger_at_centrals_address_gets_a_sentence(
    untouched: Desk, answer: Callable[[httpx2.Request], httpx2.Response], step: Step
) -> None:
    before = held(untouched.store)
    assert len(before) == 2
    with asked(untouched, answer) as client, pytest.raises(SyncError) as caught:
        step(untouched, client)
    assert str(caught.value)
    assert held(untouched.store) == before


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_was_called_is_told_until_central_has_taken_it(
    desk: Desk, answer: Callable[[httpx2.Request], httpx2.Response]
) -> None:
    desk.work("16", desk.clock.wall())
    let_go(desk.store, desk.clock.wall(), called=True)
    before = owed(desk.store)
    with asked(desk, answer) as client, pytest.raises(SyncError):
        settle(client, desk.store, OURS)
    assert owed(desk.store) == before != {}


SEALED = {
    "noise": b"age-encryption.org/v1\nnoise",
    "another's": encrypt(b"{}", [Identity.generate(seeded("x")).recipient], system_entropy),
    "words": encrypt(b"hello", [OWN.recipient], system_entropy),
    "a room without a key": encrypt(encode({"v": 1, "kind": "room"}), [OWN.recipient], system_entropy),
    "a key that is none": encrypt(
        encode({"v": 1, "kind": "room", "key": "AGE-SECRET"}), [OWN.recipient], system_entropy
    ),
}


@pytest.mark.parametrize("sealed", SEALED.values(), ids=SEALED)
def test_a_room_key_that_is_none_is_said_and_not_kept(desk: Desk, sealed: bytes) -> None:
    with asked(desk, lambda _: httpx2.Response(200, content=sealed)) as client, pytest.raises(FangxinError):
        room_key_of(client, desk.store, OWN)
    assert desk.store.setting("pool.room") == ""
