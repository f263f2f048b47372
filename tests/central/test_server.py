"""Central on the wire: who gets in, what is logged, what happens at the edges of HTTP."""

import logging
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx2
import pytest

from app.canonical import decode, hexdigest
from app.central.intake import CHUNK_LIMIT
from app.central.registry import Registry
from app.central.server import application, running, serve
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import SyncError, UsageError
from app.evidence.note import Signer
from app.sync.client import Client, RefusedError
from app.sync.enrol import Introduction, enrol
from app.sync.outbox import sync_once
from app.sync.signature import signed_headers
from tests.store_room import small_disk
from tests.sync.world import CENTRE, NOW, STUDY, Central, Workstation, World


def signed(
    central: Central,
    station: Workstation,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    created: int = NOW,
    nonce: str = "n",
) -> httpx2.Request:
    url = central.url + path
    headers = signed_headers(
        method, url, body, key_id=station.name, signer=station.signer, created=created // 1000, nonce=nonce
    )
    return httpx2.Request(method, url, headers=headers, content=body)


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as http:
        yield http


def word(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(decode(answer.content)["error"])


class TestWho:
    def test_a_workstation_that_is_not_enrolled(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        station.call(1)
        with pytest.raises(RefusedError, match="known key") as refusal:
            sync_once(station.store, station.journal.path.parent, world.client(station, central))
        assert refusal.value.status == 401
        assert list((central.stores.folder / "objects").iterdir()) == []

    def test_a_wrong_code(self, world: World, central: Central, station: Workstation) -> None:
        central.stores.index.issue_code(seeded("code"), NOW)
        with pytest.raises(RefusedError, match=r"wrong or was used before.*new enrolment code"):
            enrol(world.client(station, central), "AAAA-BBBB-CCCC", station.introduction)
        assert central.stores.index.devices() == ()

    def test_a_code_that_another_workstation_used(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        code = central.stores.index.issue_code(seeded("code"), NOW)
        client = world.client(station, central)
        enrol(client, code, station.introduction)
        enrol(client, code, station.introduction)  # the answer was lost: again is harmless
        other = world.workstation("deadbeef")
        with pytest.raises(RefusedError, match="used before"):
            enrol(world.client(other, central), code, other.introduction)
        assert (
            central.stores.folder / "devices" / "0badcafe.1.vkey"
        ).read_text() == station.signer.vkey + "\n"

    def test_an_enrolment_without_the_key_that_it_brings(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        code = central.stores.index.issue_code(seeded("code"), NOW)
        stolen = Introduction(station.name, Signer("x", b"y" * 32).verifier, station.identity.recipient)
        with pytest.raises(RefusedError, match="known key"):
            enrol(world.client(station, central), code, stolen)

    def test_another_workstations_journal(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client
    ) -> None:
        world.enrolled(station, central)
        for path in ("/v1/journals/deadbeef.1", "/v1/batches/deadbeef.1"):
            body = b'{"checkpoint":"","lines":[],"start":0,"v":1}'
            answer = http.send(signed(central, station, "POST", path, body, nonce=path))
            assert word(answer) == (403, "who")
        answer = http.send(signed(central, station, "GET", "/v1/assignments/deadbeef"))
        assert word(answer) == (403, "who")

    def test_a_workstation_is_not_the_centre(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client
    ) -> None:
        world.enrolled(station, central)
        assert word(http.send(signed(central, station, "GET", "/v1/devices"))) == (401, "signature")

    def test_the_centre_is_not_a_workstation(self, central: Central, station: Workstation) -> None:
        with Client(central.url, "centre", CENTRE, [], station.clock, station.entropy, attempts=1) as office:
            with pytest.raises(RefusedError, match="known key"):
                office.study()
            office.put_assignment("0badcafe", b"x")
            with pytest.raises(RefusedError, match="no device id"):
                office.put_assignment("0badcafe.1", b"x")


class TestReplay:
    def test_a_request_is_good_once(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client
    ) -> None:
        world.enrolled(station, central)
        request = signed(central, station, "GET", "/v1/study")
        assert http.send(request).content == b"PK study"
        assert word(http.send(request)) == (401, "replay")

    @pytest.mark.parametrize("off", [-301_000, 301_000])
    def test_an_old_or_early_request_is_told_the_time(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client, off: int
    ) -> None:
        world.enrolled(station, central)
        answer = http.send(signed(central, station, "GET", "/v1/study", created=NOW + off))
        assert word(answer) == (401, "clock")
        assert decode(answer.content)["time"] == NOW

    def test_a_request_for_another_address(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client
    ) -> None:
        world.enrolled(station, central)
        request = signed(central, station, "GET", "/v1/study")
        moved = httpx2.Request("GET", central.url + "/v1/assignments/0badcafe", headers=request.headers)
        assert word(http.send(moved)) == (401, "signature")


class TestEdges:
    def test_status_is_for_everybody_and_tells_nothing_private(
        self, central: Central, http: httpx2.Client
    ) -> None:
        status = decode(http.get(central.url + "/v1/status").content)
        assert status["study"] == STUDY
        assert status["vkey"] == central.stores.signer.vkey
        assert set(status) == {"v", "study", "package", "rehearsal", "vkey", "time", "devices", "alarms"}

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/", 404),
            ("GET", "/v1/objects/aa", 405),
            ("POST", "/v1/status", 405),
            ("GET", "/../etc/passwd", 404),
        ],
    )
    def test_what_is_not_there(
        self, central: Central, http: httpx2.Client, method: str, path: str, status: int
    ) -> None:
        assert http.request(method, central.url + path).status_code == status

    def test_a_body_that_is_too_large_is_not_read(self, central: Central, http: httpx2.Client) -> None:
        answer = http.patch(f"{central.url}/v1/objects/{'aa' * 32}", content=bytes(CHUNK_LIMIT + 1))
        assert word(answer) == (413, "too_large")

    def test_a_body_without_a_length(self, central: Central, http: httpx2.Client) -> None:
        answer = http.post(f"{central.url}/v1/enrol", content=iter([b"{", b"}"]))
        assert word(answer) == (411, "headers")

    def test_a_piece_that_was_cut_on_the_way_leaves_nothing(
        self, world: World, central: Central, station: Workstation, http: httpx2.Client
    ) -> None:
        """What is not there whole has no valid signature, so it is not kept either."""
        world.enrolled(station, central)
        data = bytes(10_000)
        path = f"/v1/objects/{hexdigest(data)}"
        request = signed(central, station, "PATCH", path, data)
        head = (
            f"PATCH {path} HTTP/1.1\r\n"
            + "".join(f"{k}: {v}\r\n" for k, v in request.headers.items())
            + "\r\n"
        )
        address = request.url.host, request.url.port or 0
        with socket.create_connection(address) as wire:
            wire.sendall(head.encode() + data[:4000])
        answer = http.send(signed(central, station, "HEAD", path, nonce="m"))
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, "0")

    def test_nothing_of_a_request_is_logged(
        self, world: World, central: Central, station: Workstation, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, logger="uvicorn")
        client = world.enrolled(station, central)
        station.call(1)
        sync_once(station.store, station.journal.path.parent, client)
        assert station.name not in caplog.text
        assert "objects" not in caplog.text

    def test_behind_a_proxy_devices_sign_for_the_address_that_they_know(
        self, world: World, station: Workstation
    ) -> None:
        central = world.central(serve=False)
        world_outside = "https://central.example"
        app = application(central.registry, public_url=world_outside + "/")
        code = central.stores.index.issue_code(seeded("code"), NOW)
        central.url = world_outside

        def proxy(request: httpx2.Request, _: httpx2.BaseTransport) -> httpx2.Response:
            async def forward() -> httpx2.Response:
                async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as inside:
                    url = str(request.url).replace(world_outside, "http://10.0.0.7:8000")
                    headers = {**request.headers, "host": "10.0.0.7:8000"}
                    return await inside.request(request.method, url, headers=headers, content=request.content)

            answer = anyio.run(forward)
            return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)

        enrol(world.client(station, central, wire=proxy), code, station.introduction)
        assert central.stores.index.enrolled(station.name) is not None


class TestPort:
    def test_a_port_that_is_in_use_is_named(self, world: World) -> None:
        registry = world.central(serve=False).registry
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with (
                pytest.raises(UsageError, match=rf"Port {port} is in use.*another port"),
                running(registry, port=port),
            ):
                pass
            with pytest.raises(UsageError, match=f"Port {port} is in use"):
                serve(registry, host="127.0.0.1", port=port, started=lambda _: None)

    def test_an_address_that_is_not_ours(self, world: World) -> None:
        registry = world.central(serve=False).registry
        with pytest.raises(UsageError, match="Cannot listen"), running(registry, host="203.0.113.1"):
            pass

    def test_central_stops_and_starts_again_on_the_same_port(self, world: World) -> None:
        registry = world.central(serve=False).registry
        with running(registry) as url, httpx2.Client(trust_env=False) as http:
            assert http.get(url + "/v1/status").status_code == 200
        port = int(url.rpartition(":")[2])
        with running(registry, port=port) as again:
            assert again == url


@pytest.mark.real
def test_a_full_disk_at_central_loses_nothing_and_says_so(world: World, tmp_path: Path) -> None:
    with small_disk(tmp_path, "3m") as disk, FolderStore.open(disk / "central", seeded("central")) as stores:
        stores.install(b"PK", study=STUDY, version=1, rehearsal=True, centre_vkey=CENTRE.vkey)
        registry = Registry(stores, VirtualClock(NOW))
        with running(registry) as url:
            central, station = Central(stores, registry, VirtualClock(NOW), url), world.workstation()
            client = world.enrolled(station, central)
            hashes = station.call(1, 6_000_000)
            with pytest.raises(RefusedError, match=r"disk is full.*people who run it"):
                sync_once(station.store, station.journal.path.parent, client)
            assert len(station.store.pending()) == 2
            assert not stores.has(hashes[1])
            subprocess.run(["mount", "-o", "remount,size=30m", disk], check=True)
            done = sync_once(station.store, station.journal.path.parent, client)
            assert (done.objects, done.events) == (2, 3)
            assert stores.object(hashes[1]).stat().st_size == 6_000_000


def test_a_central_that_fails_inside_answers_500_and_goes_on(
    world: World, central: Central, station: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.enrolled(station, central)

    def broken(*_: object) -> None:
        raise RuntimeError("our bug")

    with monkeypatch.context() as patch:
        patch.setattr(type(central.stores), "package", broken)
        with pytest.raises(SyncError):
            client.study()
    assert world.client(station, central).study() == b"PK study"


class TestABodyThatDoesNotSayItsTrueLength:
    """A body sent in chunks ends where its sender likes, whatever Content-Length beside it says."""

    @pytest.mark.parametrize("announced", ["", "Content-Length: 5\r\n"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_is_not_read_to_its_end(self, central: Central, method: str, announced: str) -> None:
        path = "/v1/status" if method == "GET" else "/v1/enrol"
        host, port = central.url.removeprefix("http://").split(":")
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{announced}Transfer-Encoding: chunked\r\n\r\n"
        piece = b"200000\r\n" + bytes(2 * 2**20) + b"\r\n"
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(head.encode() + piece)  # no last chunk: whoever waits for the end never answers
            assert line.recv(12) in (b"HTTP/1.1 411", b"HTTP/1.1 413")

    def test_line_numbers_without_end_are_no_lines(self, central: Central, http: httpx2.Client) -> None:
        answer = http.get(f"{central.url}/v1/log/entries/0/{'9' * 5000}")
        assert word(answer) == (400, "address")
