"""What a workstation believes: nothing but central's own signature. Networks lie, portals smile, clocks stop."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import stamina

from app.canonical import decode, encode
from app.errors import StorageError, SyncError
from app.evidence.note import cosign
from app.sync.client import Client, RefusedError
from app.sync.enrol import enrol
from app.sync.outbox import sync_once
from tests.sync.world import CENTRE, NOW, Central, Workstation, World, other_cosigner

Answer = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


@pytest.fixture
def central(world: World) -> Central:
    return world.central(serve=False)


@pytest.fixture
def station(world: World) -> Workstation:
    station = world.workstation()
    station.call(1)
    return station


def hostile(
    world: World, station: Workstation, central: Central, answer: Answer, **options: object
) -> Client:
    """A client whose central is not central at all."""
    return world.client(station, central, wire=lambda request, _: answer(request), **options)


PORTAL = b"<html><title>Welcome to Hotel Wifi</title></html>"
UPLOADED = {"Upload-Offset": "3000", "Upload-Complete": "?1"}


def portal(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, headers={"Content-Type": "text/html"}, content=PORTAL)


def flatterer(request: httpx2.Request) -> httpx2.Response:
    """Says yes to everything in central's own words, only it cannot sign."""
    if "/objects/" in request.url.path:
        return httpx2.Response(204, headers=UPLOADED)
    return httpx2.Response(200, content=request.content)


def stranger(request: httpx2.Request) -> httpx2.Response:
    """Signs with a key of its own, under central's name."""
    if "/objects/" in request.url.path:
        return httpx2.Response(204, headers=UPLOADED)
    note = request.content.decode()
    if "journals" in request.url.path:
        note = decode(request.content)["checkpoint"]
    return httpx2.Response(200, content=cosign(note, other_cosigner(), NOW // 1000).encode())


def redirect(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(307, headers={"Location": "http://evil.test/"})


def without_a_word(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(404)


def nonsense_numbers(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(204, headers={"Upload-Offset": "-5", "Upload-Complete": "?1"})


def more_than_there_is(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(204, headers={"Upload-Offset": "99999999", "Upload-Complete": "?0"})


def never_done(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(204, headers={"Upload-Offset": "0", "Upload-Complete": "?0"})


def refusal_without_facts(request: httpx2.Request) -> httpx2.Response:
    content = encode({"error": "offset", "what": "x"})
    if request.method == "HEAD":
        return httpx2.Response(204, headers={"Upload-Offset": "0", "Upload-Complete": "?0"})
    return httpx2.Response(409, content=content)


LIARS = [
    portal,
    flatterer,
    stranger,
    redirect,
    without_a_word,
    nonsense_numbers,
    more_than_there_is,
    never_done,
    refusal_without_facts,
]


def nothing_counts_as_sent(station: Workstation, client: Client) -> None:
    """The property: whatever such a central answers, the round fails in plain words and everything still waits."""
    waiting = station.store.pending()
    with contextlib.suppress(SyncError):
        sync_once(station.store, station.journal.path.parent, client)
        pytest.fail("the round claims to have succeeded")
    assert station.store.pending() == waiting
    assert station.store.last_receipt(station.journal.origin) is None
    assert not (station.journal.path.parent / "receipts").exists()


@pytest.mark.parametrize("answer", LIARS)
def test_nothing_counts_as_sent_without_centrals_signature(
    world: World, station: Workstation, central: Central, answer: Answer
) -> None:
    nothing_counts_as_sent(station, hostile(world, station, central, answer))


class TrustsStatusCodes(Client):
    """The saboteur: 200 is good enough for it."""

    def _countersigned(self, sent: str, answer: httpx2.Response) -> str:
        return sent if answer.status_code == 200 else super()._countersigned(sent, answer)


@pytest.mark.parametrize("answer", [flatterer, stranger])
def test_saboteur_a_client_that_trusts_status_200_is_caught(
    world: World, station: Workstation, central: Central, answer: Answer
) -> None:
    client = hostile(world, station, central, answer)
    client.__class__ = TrustsStatusCodes
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        nothing_counts_as_sent(station, client)


def test_the_error_says_what_came_instead_of_a_receipt(
    world: World, station: Workstation, central: Central
) -> None:
    client = hostile(world, station, central, portal)
    with pytest.raises(SyncError, match=r"no receipt.*text/html.*login page.*stays on this workstation"):
        client.append(0, [], station.journal.checkpoint())


def test_an_older_receipt_of_central_itself_is_no_receipt(
    world: World, station: Workstation, central: Central
) -> None:
    old = cosign(station.journal.checkpoint(), central.stores.signer, NOW // 1000)
    station.call(2)
    client = hostile(world, station, central, lambda _: httpx2.Response(200, content=old.encode()))
    with pytest.raises(SyncError, match="no receipt"):
        client.append(0, [], station.journal.checkpoint())


def test_a_flipped_bit_in_a_receipt_is_noticed(world: World, station: Workstation, central: Central) -> None:
    note = station.journal.checkpoint()
    good = cosign(note, central.stores.signer, NOW // 1000).encode()
    answers = [good] + [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(0, len(good), 5)]
    coming = iter(answers)
    client = hostile(world, station, central, lambda _: httpx2.Response(200, content=next(coming)))
    assert client.append(0, [], note).encode() == good
    for _ in answers[1:]:
        with pytest.raises(SyncError):
            client.append(0, [], note)


def test_a_redirect_is_not_followed(world: World, station: Workstation, central: Central) -> None:
    hosts = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        hosts.append(request.url.host)
        return redirect(request)

    with pytest.raises(SyncError, match="points somewhere else"):
        hostile(world, station, central, answer).study()
    assert hosts == ["central.test"]


class TestPatience:
    def test_a_busy_central_is_asked_again_with_a_new_nonce(
        self, world: World, station: Workstation, central: Central
    ) -> None:
        seen: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request.headers["signature-input"])
            return httpx2.Response(503) if len(seen) < 3 else httpx2.Response(200, content=b"PK")

        with stamina.set_testing(True, attempts=3):
            assert hostile(world, station, central, answer, attempts=5).study() == b"PK"
        assert len(set(seen)) == 3

    def test_a_cut_line_is_tried_again(self, world: World, station: Workstation, central: Central) -> None:
        tries = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            tries.append(request)
            if len(tries) < 3:
                raise httpx2.ConnectError("network is unreachable")
            return httpx2.Response(200, content=b"PK")

        with stamina.set_testing(True, attempts=3):
            assert hostile(world, station, central, answer, attempts=5).study() == b"PK"

    def test_a_refusal_is_not_repeated(self, world: World, station: Workstation, central: Central) -> None:
        tries = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            tries.append(request)
            return httpx2.Response(403, content=encode({"error": "who", "what": "not yours"}))

        with stamina.set_testing(True, attempts=3), pytest.raises(RefusedError, match="not yours"):
            hostile(world, station, central, answer, attempts=5).study()
        assert len(tries) == 1

    def test_a_full_central_is_not_pestered(
        self, world: World, station: Workstation, central: Central
    ) -> None:
        tries = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            tries.append(request)
            return httpx2.Response(507, content=encode({"error": "storage", "what": "The disk is full"}))

        with (
            stamina.set_testing(True, attempts=3),
            pytest.raises(RefusedError, match=r"disk is full.*people who run it"),
        ):
            hostile(world, station, central, answer, attempts=5).study()
        assert len(tries) == 1

    def test_nobody_there(self, world: World, station: Workstation, central: Central) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            central.url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = world.client(station, central)
        with pytest.raises(SyncError, match=r"cannot be reached.*sent later"):
            client.study()


class TestClock:
    @pytest.mark.parametrize("wrong", [-NOW, 365 * 86_400_000, -3_600_000])
    def test_a_workstation_with_a_wrong_clock_still_hands_in(self, world: World, wrong: int) -> None:
        central, station = world.central(), world.workstation()
        client = world.enrolled(station, central)
        station.clock.now += wrong
        station.call(1)
        assert sync_once(station.store, station.journal.path.parent, client).events == 3
        assert client.clock_offset == -wrong

    def test_a_central_whose_time_never_fits_is_asked_only_twice(
        self, world: World, station: Workstation, central: Central
    ) -> None:
        tries = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            tries.append(request)
            return httpx2.Response(
                401, content=encode({"error": "clock", "what": "wrong", "time": len(tries)})
            )

        with pytest.raises(RefusedError, match="wrong"):
            hostile(world, station, central, answer).study()
        assert len(tries) == 2


RAW_ANSWERS = {
    "head cut in a header": b"HTTP/1.1 200 OK\r\nUpload-Offset: 30",
    "head cut in a name": b"HTTP/1.1 204 No Content\r\nUpload-Off",
    "body cut": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nfangxin/dazhou",
    "chunked body cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nfangxin",
    "not HTTP": b"220 mail.example ESMTP\r\n",
    "nothing": b"",
    "gzip of nothing": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
}


@pytest.mark.parametrize("raw", RAW_ANSWERS.values(), ids=RAW_ANSWERS.keys())
def test_a_truncated_answer_is_never_taken_for_whole(
    world: World, station: Workstation, central: Central, raw: bytes
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        central.url = f"http://127.0.0.1:{server.getsockname()[1]}"

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        thread = threading.Thread(target=serve)
        thread.start()
        nothing_counts_as_sent(station, world.client(station, central))
        thread.join()


class TestObjects:
    def test_a_file_that_vanished_is_named(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        with pytest.raises(StorageError, match="not there"):
            world.client(station, central).put_object(station.folder / "gone", "aa" * 32)

    def test_a_file_that_is_not_what_its_name_says_is_given_up(self, world: World) -> None:
        central, station = world.central(), world.workstation()
        client = world.enrolled(station, central)
        sha256 = station.seal("recording", 5000)
        (station.folder / "objects" / sha256).write_bytes(b"rot" * 1000)
        with pytest.raises(SyncError, match=r"does not take this file.*Check the disk"):
            client.put_object(station.folder / "objects" / sha256, sha256)
        assert central.stores.offset(sha256) == 0


class TestEnrolment:
    def test_a_portal_does_not_enrol_anybody(
        self, world: World, station: Workstation, central: Central
    ) -> None:
        for answer in (portal, lambda _: httpx2.Response(200, content=encode({"device": "another.1"}))):
            with pytest.raises(SyncError, match="not central's answer"):
                enrol(hostile(world, station, central, answer), "CODE", station.introduction)


class TestAssignments:
    def test_the_centre_leaves_one_and_only_its_device_gets_it(self, world: World) -> None:
        central, station, other = world.central(), world.workstation(), world.workstation("deadbeef")
        client, others = world.enrolled(station, central), world.enrolled(other, central)
        assert client.assignment() is None
        office = Client(
            central.url, "centre", CENTRE, [central.verifier], station.clock, station.entropy, attempts=1
        )
        with office:
            assert {device["name"] for device in office.devices()} == {station.name, other.name}
            office.put_assignment("0badcafe", b"sealed to the device")
        assert client.assignment() == b"sealed to the device"
        assert others.assignment() is None
        with pytest.raises(RefusedError, match="signature"):
            client.put_assignment("0badcafe", b"forged")
