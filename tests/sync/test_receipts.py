"""What a workstation believes: nothing but central's own signature. Networks lie and portals smile."""

import contextlib
import socket
import threading

import httpx2
import pytest

from app.canonical import decode, encode
from app.errors import SyncError
from app.evidence.note import cosign
from app.sync.client import Client
from app.sync.outbox import sync_once
from tests.sync.world import (
    NOW,
    Answer,
    Central,
    Workstation,
    World,
    hostile,
    other_cosigner,
    portal,
    redirect,
)


@pytest.fixture
def central(world: World) -> Central:
    return world.central(serve=False)


@pytest.fixture
def station(world: World) -> Workstation:
    station = world.workstation()
    station.call(1)
    return station


UPLOADED = {"Upload-Offset": "3000", "Upload-Complete": "?1"}


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
