"""A round of handing in, and every way in which it can be cut short, repeated or contradicted."""

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import SyncError
from app.evidence.note import open_note
from app.sync.outbox import Progress, Synced, sync_once
from app.sync.parcel import manifest_in
from tests.sync.world import Central, Workstation, World, round_of


def test_a_round_brings_everything_and_the_next_has_nothing_to_do(
    world: World, central: Central, station: Workstation
) -> None:
    client = world.enrolled(station, central)
    hashes = station.call(1) + station.call(2, 700_000)
    done = round_of(station, client)
    assert (done.objects, done.events) == (4, 6)
    assert done.receipt is not None
    assert done.receipt.size == 6
    assert all(central.stores.has(sha256) for sha256 in hashes)
    held = central.stores.folder / "journals" / station.name
    assert (held / "journal.jsonl").read_bytes() == station.journal.path.read_bytes()
    for kind in ("receipts", "batches"):
        (ours,) = (station.journal.path.parent / kind).iterdir()
        note = ours.read_text(encoding="utf-8")
        assert len(open_note(note, [central.verifier, station.signer.verifier]).signatures) == 2
    assert station.store.pending() == ()
    assert round_of(station, client) == Synced(0, 0, done.receipt)


def test_without_a_checkpoint_nothing_counts_as_sent(
    world: World, central: Central, station: Workstation
) -> None:
    client = world.enrolled(station, central)
    station.seal("contact", 700)
    assert round_of(station, client) == Synced(0, 0, None)
    assert len(station.store.pending()) == 1


def test_lines_behind_the_last_checkpoint_stay_at_home(
    world: World, central: Central, station: Workstation
) -> None:
    client = world.enrolled(station, central)
    station.call(1)
    station.journal.append("shift.close")
    round_of(station, client)
    assert central.stores.journal(station.name).size == 3


def test_a_file_without_new_lines_gets_a_manifest_of_its_own(
    world: World, central: Central, station: Workstation
) -> None:
    client = world.enrolled(station, central)
    station.call(1)
    round_of(station, client)
    station.seal("contact", 700)
    assert round_of(station, client).objects == 1
    for folder in (central.stores.folder / "batches" / station.name, station.journal.path.parent / "batches"):
        found = [manifest_in(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
        assert sorted((m.start, m.size, len(m.items)) for m in found) == [(0, 3, 2), (3, 3, 1)]


def test_a_long_journal_goes_up_in_pieces(
    world: World, central: Central, station: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
        if "journals" in request.url.path:
            sizes.append(len(request.content))
        return real.handle_request(request)

    monkeypatch.setattr("app.sync.outbox._REQUEST_BYTES", 4000)
    client = world.enrolled(station, central, wire=wire)
    for number in range(8):
        station.call(number, 100)
    assert round_of(station, client).events == 24
    assert len(sizes) > 2
    assert central.stores.journal(station.name).size == 24


class TestCutShort:
    def test_an_upload_that_was_cut_goes_on_where_it_stopped(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        patched: list[tuple[str, int]] = []
        cut = iter([False, False, True])

        def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
            if request.method == "PATCH":
                patched.append((request.headers["upload-offset"], len(request.content)))
                if next(cut, False):
                    raise httpx2.ReadError("connection reset")
            return real.handle_request(request)

        client = world.enrolled(station, central, wire=wire, chunk=1000)
        sha256 = station.seal("recording", 4500)
        path = station.folder / "objects" / sha256
        with pytest.raises(SyncError, match="cannot be reached"):
            client.put_object(path, sha256)
        client.put_object(path, sha256)
        assert patched == [
            ("0", 1000),
            ("1000", 1000),
            ("2000", 1000),
            ("2000", 1000),
            ("3000", 1000),
            ("4000", 500),
        ]
        assert central.stores.object(sha256).read_bytes() == path.read_bytes()

    def test_the_interviewer_may_stop_a_round(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        class StopError(Exception):
            pass

        def stop(progress: Progress) -> None:
            if progress.done > 2000:
                raise StopError

        client = world.enrolled(station, central, chunk=500)
        station.call(1)
        with pytest.raises(StopError):
            sync_once(station.store, station.journal.path.parent, client, stop)
        assert len(station.store.pending()) == 2
        assert round_of(station, client).objects == 2

    def test_a_crash_between_receipt_and_manifest(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
            if "batches" in request.url.path:
                raise httpx2.ReadError("power cut")
            return real.handle_request(request)

        broken, client = world.enrolled(station, central, wire=wire), world.client(station, central)
        station.call(1)
        with pytest.raises(SyncError):
            round_of(station, broken)
        assert len(station.store.pending()) == 2
        done = round_of(station, client)
        assert (done.objects, done.events) == (2, 3)
        (path,) = (central.stores.folder / "batches" / station.name).iterdir()
        batch = manifest_in(path.read_text(encoding="utf-8"))
        assert (batch.start, batch.size) == (0, 3)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        size=st.integers(0, 4000),
        chunk=st.integers(200, 5000),
        cuts=st.lists(st.sampled_from(["request lost", "answer lost", "through"]), max_size=12),
    )
    def test_whatever_is_lost_on_the_way_the_object_arrives_whole(
        self, world: World, central: Central, station: Workstation, size: int, chunk: int, cuts: list[str]
    ) -> None:
        fates = iter(cuts)

        def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
            fate = next(fates, "through")
            if fate == "request lost":
                raise httpx2.ConnectTimeout("lost")
            answer = real.handle_request(request)
            answer.read()
            if fate == "answer lost":
                raise httpx2.ReadTimeout("lost")
            return answer

        if central.stores.index.enrolled(station.name) is None:
            world.enrolled(station, central)
        sha256 = station.seal("recording", size)
        with world.client(station, central, wire=wire, chunk=chunk) as client:
            for _ in range(len(cuts) + 1):
                try:
                    client.put_object(station.folder / "objects" / sha256, sha256)
                    break
                except SyncError:
                    continue
        assert central.stores.has(sha256)
        assert central.stores.offset(sha256) == size

    def test_saboteur_a_client_that_starts_over_behind_what_is_there_is_caught(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        """Appending without looking at the offset would make a file that is not what its name says."""
        client = world.enrolled(station, central, chunk=1000)
        sha256 = station.seal("recording", 3000)
        path = station.folder / "objects" / sha256
        client._put_chunk(path, sha256, 0, 3000)
        offset, complete = client._put_chunk(path, sha256, 0, 3000)
        assert (offset, complete) == (1000, False)


def test_two_workstations_with_the_same_object_converge(world: World, central: Central) -> None:
    one, two = world.workstation("11111111", folder="a"), world.workstation("22222222", folder="b")
    first, second = world.enrolled(one, central, chunk=700), world.enrolled(two, central, chunk=900)
    sha256 = one.seal("recording", 5000)
    path = one.folder / "objects" / sha256
    offsets = [(0, False), (0, False)]
    for turn in range(20):  # they take turns, each believing what it heard last
        client = (first, second)[turn % 2]
        offset, complete = offsets[turn % 2]
        if not complete:
            offsets[turn % 2] = client._put_chunk(path, sha256, offset, 5000)
    assert offsets == [(5000, True), (5000, True)]
    assert central.stores.object(sha256).read_bytes() == path.read_bytes()
