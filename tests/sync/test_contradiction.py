"""When workstation and central remember different things: forks, losses on either side, practice in a real survey."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest

from app.canonical import encode
from app.errors import StorageError, SyncError
from app.evidence.journal import Journal
from app.evidence.verify import verify
from app.losses import alarm, lost, seen
from app.store import Store
from app.sync import outbox
from app.sync.client import Client, RefusedError
from app.sync.outbox import sync_once
from tests.sync.world import Central, Workstation, World, round_of


class KilledError(Exception):
    """The process was there, and is not any more."""


def fails(error: Exception) -> Callable[..., NoReturn]:
    """A step that ends like this."""

    def step(*_: object) -> NoReturn:
        raise error

    return step


def forgotten(world: World, central: Central, station: Workstation) -> Client:
    """Three lines were handed in, central has lost them, and a second call is due."""
    client = world.enrolled(station, central)
    station.call(1)
    round_of(station, client)
    shutil.rmtree(central.stores.folder / "journals" / station.name)
    central.stores.forget(station.name)
    station.call(2)
    return client


def dies_when_the_lines_are_back(
    world: World, central: Central, station: Workstation, end: type[Exception]
) -> None:
    """The worst moment: central has everything again, and this round, which alone knows of the loss, ends."""

    def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
        answer = real.handle_request(request)
        if request.url.path.startswith("/v1/journals/") and answer.is_success:
            raise end("here")
        return answer

    with pytest.raises(end):
        round_of(station, world.client(station, central, wire=wire))
    assert central.stores.journal(station.name).size == 6


class TestContradiction:
    def test_a_restored_copy_that_goes_on_differently_is_a_fork(
        self, world: World, central: Central, station: Workstation, tmp_path: Path
    ) -> None:
        client = world.enrolled(station, central)
        station.call(1)
        round_of(station, client)
        shutil.copytree(station.journal.path.parent, tmp_path / "image")
        station.call(2)
        round_of(station, client)
        with (
            Journal.open(
                tmp_path / "image", station.journal.origin, station.signer, station.clock, rehearsal=True
            ) as other,
            Store.open(tmp_path / "image.db", b"k" * 32) as store,
        ):
            other.append("shift.open", app="another history")
            refused = other.checkpoint()
            with pytest.raises(RefusedError, match=r"contradicts.*call the supervisor") as refusal:
                sync_once(store, tmp_path / "image", client)
        assert (refusal.value.status, refusal.value.word) == (422, "fork")
        forks = central.stores.folder / "journals" / station.name / "forks"
        kept = {path.read_text(encoding="utf-8") for path in forks.glob("*.note")}
        assert kept == {refused, station.journal.checkpoint()}
        (lines,) = forks.glob("*.refused.jsonl")  # what the restored copy did is not lost with it
        lost = (tmp_path / "image" / "journal.jsonl").read_bytes()
        assert lost.endswith(lines.read_bytes())
        assert b"another history" in lines.read_bytes()
        found = verify(central.stores.folder, keys=[central.verifier])
        said = [each.what for each in found.completeness if each.rule == "branch.kept"]
        assert ["as the device signed it: lines 4 to 4, 0 calls" in what for what in said] == [True], (
            found.text()
        )
        lines.write_bytes(lines.read_bytes().replace(b"another", b"no such"))
        assert "branch.altered" in {each.rule for each in verify(central.stores.folder).integrity}
        assert [alarm.name for alarm in central.stores.index.alarms()] == [station.name]
        station.call(3)
        assert round_of(station, client).events == 3  # the true history goes on

    def test_central_that_lost_lines_gets_them_again_and_somebody_hears_of_it(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        client = forgotten(world, central, station)
        assert alarm(station.store) == ""
        round_of(station, client)
        assert "held 0 of 3" in alarm(station.store)
        assert central.stores.journal(station.name).size == 6

    @pytest.mark.parametrize("end", [KilledError, StorageError], ids=["killed", "disk"])
    def test_a_round_that_dies_when_it_has_found_a_loss_leaves_it_to_the_next(
        self, world: World, central: Central, station: Workstation, end: type[Exception]
    ) -> None:
        forgotten(world, central, station)
        dies_when_the_lines_are_back(world, central, station, end)
        kept = station.folder / "as the kill leaves it"
        kept.mkdir()
        for path in station.folder.glob("store.db*"):
            shutil.copyfile(path, kept / path.name)
        with Store.open(kept / "store.db", b"k" * 32) as store:
            assert "held 0 of 3" in alarm(store)
        round_of(station, world.client(station, central))  # finds nothing amiss any more
        assert "held 0 of 3" in alarm(station.store)

    def test_the_saboteur_that_tells_a_loss_to_its_own_memory_forgets_it(
        self, world: World, central: Central, station: Workstation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[int] = []
        monkeypatch.setattr(outbox, "lost", lambda _, start, held: heard.extend((start, held)))
        forgotten(world, central, station)
        dies_when_the_lines_are_back(world, central, station, KilledError)
        assert heard == [0, 3]
        round_of(station, world.client(station, central))
        assert (heard, alarm(station.store)) == ([0, 3], "")

    def test_a_loss_that_cannot_be_written_down_is_not_mended_either(
        self, world: World, central: Central, station: Workstation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = forgotten(world, central, station)
        with monkeypatch.context() as full:
            full.setattr(outbox, "lost", fails(StorageError("The disk is full")))
            with pytest.raises(StorageError):
                round_of(station, client)
        assert central.stores.journal(station.name).size == 0
        round_of(station, client)
        assert "held 0 of 3" in alarm(station.store)

    def test_of_a_loss_that_is_mended_in_two_rounds_the_whole_is_told(self, station: Workstation) -> None:
        lost(station.store, 0, 380)
        lost(station.store, 212, 380)
        assert "held 0 of 380" in alarm(station.store)
        seen(station.store, alarm(station.store).replace("380", "9"))  # another one than this
        assert "held 0 of 380" in alarm(station.store)
        lost(station.store, 400, 500)
        assert "held 400 of 500" in alarm(station.store)
        seen(station.store, alarm(station.store))
        assert alarm(station.store) == ""

    def test_central_that_lost_an_object_gets_it_again(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        client = world.enrolled(station, central)
        contact, _ = station.call(1)
        station.store.mark_sent([contact])  # as after central was restored from yesterday's copy
        assert round_of(station, client).events == 3
        assert central.stores.has(contact)

    def test_an_object_that_nobody_has_any_more_is_said(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        client = world.enrolled(station, central)
        contact, _ = station.call(1)
        (station.folder / "objects" / contact).unlink()
        with pytest.raises(StorageError, match="not there"):
            round_of(station, client)
        assert station.store.last_receipt(station.journal.origin) is None

    def test_lines_that_name_an_object_which_nobody_has_are_refused(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        client = world.enrolled(station, central)
        station.journal.append("interview.close", object="ab" * 32)
        station.journal.checkpoint()
        with pytest.raises(RefusedError, match="not here") as refusal:
            round_of(station, client)
        assert (refusal.value.status, refusal.value.facts["missing"]) == (424, ["ab" * 32])

    def test_central_that_claims_more_lines_than_there_are(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
            if "journals" in request.url.path:
                return httpx2.Response(409, content=encode({"error": "size", "what": "more", "size": 99}))
            return real.handle_request(request)

        client = world.enrolled(station, central, wire=wire)
        station.call(1)
        with pytest.raises(SyncError, match=r"99 lines.*only 3.*new epoch"):
            round_of(station, client)

    def test_central_that_sends_us_back_and_forth_is_given_up(
        self, world: World, central: Central, station: Workstation
    ) -> None:
        def wire(request: httpx2.Request, real: httpx2.BaseTransport) -> httpx2.Response:
            if "journals" in request.url.path:
                return httpx2.Response(409, content=encode({"error": "size", "what": "no", "size": 0}))
            return real.handle_request(request)

        client = world.enrolled(station, central, wire=wire)
        station.call(1)
        with pytest.raises(RefusedError):
            round_of(station, client)


def test_practice_is_not_taken_for_a_real_survey(world: World) -> None:
    central, station = world.central(rehearsal=False), world.workstation(rehearsal=True)
    client = world.enrolled(station, central)
    station.call(1)
    with pytest.raises(RefusedError, match="Practice") as refusal:
        round_of(station, client)
    assert (refusal.value.status, refusal.value.word) == (403, "rehearsal")
    assert central.stores.journal(station.name).size == 0
    assert len(station.store.pending()) == 2


def test_a_real_survey_takes_real_calls(world: World) -> None:
    central, station = world.central(rehearsal=False), world.workstation(rehearsal=False)
    client = world.enrolled(station, central)
    station.call(1)
    assert round_of(station, client).events == 3
