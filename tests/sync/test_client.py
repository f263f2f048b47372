"""The workstation's side of the wire: patience with busy networks, none with refusals; stopped clocks; enrolment; assignments."""

import socket

import httpx2
import pytest
import stamina

from app.canonical import encode
from app.errors import StorageError, SyncError
from app.sync.client import Client, RefusedError
from app.sync.enrol import enrol
from app.sync.outbox import sync_once
from app.sync.roll import enrolled
from tests.sync.world import CENTRE, NOW, Central, Workstation, World, hostile, portal, redirect


@pytest.fixture
def central(world: World) -> Central:
    return world.central(serve=False)


@pytest.fixture
def station(world: World) -> Workstation:
    station = world.workstation()
    station.call(1)
    return station


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
            assert enrolled(office, station.entropy) == {
                desk.name.partition(".")[0]: str(desk.identity.recipient) for desk in (station, other)
            }
            office.put_assignment("0badcafe", b"sealed to the device")
        assert client.assignment() == b"sealed to the device"
        assert others.assignment() is None
        with pytest.raises(RefusedError, match="signature"):
            client.put_assignment("0badcafe", b"forged")
