"""Central's judgement, without a wire: what is taken, what is refused, what survives a crash of central."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.canonical import hexdigest
from app.central.index import Enrolled
from app.central.intake import Chunk, IntakeError, Offer
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, StorageError
from app.evidence.note import cosign, open_note
from tests.central.room import DEVICE, NAME, STRANGER, Room, checkpoint, offer, refused
from tests.central.test_intake import lines
from tests.evidence.power import PowerCut
from tests.sync.world import CENTRE, NOW, STUDY


class TestOffers:
    def test_a_receipt_is_the_devices_checkpoint_with_centrals_signature(self, room: Room) -> None:
        whole = lines(4)
        receipt = room.registry.take_offer(NAME, offer(whole, 0, 4))
        assert receipt.startswith(checkpoint(whole))
        ours = room.stores.signer.verifier
        assert open_note(receipt, [ours]).by(ours).seconds == NOW // 1000  # type: ignore[union-attr]
        assert (room.journal / "receipts" / "000000000004.note").read_text(encoding="utf-8") == receipt
        assert (room.journal / "journal.jsonl").read_bytes() == b"".join(line + b"\n" for line in whole)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @example(ranges=[(0, 0), (0, 0)], restart=True)
    @given(
        ranges=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=12), restart=st.booleans()
    )
    def test_whatever_is_repeated_or_reordered_there_is_one_effect(
        self, tmp_path_factory: pytest.TempPathFactory, ranges: list[tuple[int, int]], restart: bool
    ) -> None:
        whole, size = lines(12), 0
        folder = tmp_path_factory.mktemp("central")
        with FolderStore.open(folder, seeded("central")) as stores:
            stores.install(b"PK", study=STUDY, version=1, rehearsal=False, centre_vkey=CENTRE.vkey)
            stores.index.enrol(stores.index.issue_code(seeded("c"), NOW), Enrolled(NAME, DEVICE.vkey, "age1"))
            registry = Registry(stores, VirtualClock(NOW))
            for start, end in ((min(pair), max(pair)) for pair in ranges):
                if restart:
                    stores.forget(NAME)
                if start <= size:
                    registry.take_offer(NAME, offer(whole, start, end))
                    size = max(size, end)
                else:
                    with pytest.raises(IntakeError) as refusal:
                        registry.take_offer(NAME, offer(whole, start, end))
                    assert (refusal.value.status, refusal.value.facts) == (409, {"size": size})
                assert stores.journal(NAME).size == size
            journal = folder / "journals" / NAME / "journal.jsonl"
            assert (journal.read_bytes() if size else b"") == b"".join(line + b"\n" for line in whole[:size])
            assert stores.index.alarms() == ()

    def test_what_a_receipt_stands_for_is_there_after_a_power_cut(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = PowerCut(monkeypatch)
        data = b"a sealed recording"
        name = hexdigest(data)
        assert room.registry.take_chunk(name, Chunk(0, len(data), True, data)) == (len(data), True)
        room.registry.take_offer(NAME, offer(lines(4), 0, 4))
        sealed, note = room.folder / "objects" / name, "000000000004.note"
        journal, log = room.journal / "journal.jsonl", room.folder / "log" / "entries.jsonl"
        for path in (sealed, journal, room.journal / "receipts" / note, log):
            assert disk.left(path) == path.read_bytes(), path
        assert disk.named(room.journal)
        assert disk.named(sealed.parent)

    def test_asking_again_gives_the_same_receipt(self, room: Room) -> None:
        first = room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        room.registry.clock = VirtualClock(NOW + 99_000)
        assert room.registry.take_offer(NAME, offer(lines(3), 0, 3)) == first

    @pytest.mark.parametrize(
        "note",
        [
            "",
            "garbage",
            checkpoint(lines(3), STRANGER),
            checkpoint(lines(3), origin="fangxin/other/0badcafe/1"),
            checkpoint(lines(2)),
        ],
        ids=["none", "garbage", "stranger", "other study", "other size"],
    )
    def test_a_checkpoint_that_does_not_hold(self, room: Room, note: str) -> None:
        refusal = refused(room, Offer(0, tuple(lines(3)), note))
        assert (refusal.status, refusal.word) == (400, "checkpoint")
        assert room.stores.journal(NAME).size == 0
        assert room.stores.index.alarms() == ()

    def test_a_device_that_is_not_enrolled(self, room: Room) -> None:
        with pytest.raises(IntakeError, match="not enrolled"):
            room.registry.take_offer("deadbeef.1", offer(lines(3), 0, 3))

    def test_another_past_is_a_fork(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(4), 0, 4))
        for start, end in ((0, 2), (2, 4), (0, 6), (4, 6)):
            refusal = refused(room, offer(lines(6, salt="y"), start, end))
            assert (refusal.status, refusal.word, refusal.facts["size"]) == (422, "fork", 4)
        kept = [path.read_text(encoding="utf-8") for path in sorted((room.journal / "forks").iterdir())]
        assert len(room.stores.index.alarms()) == 4
        assert checkpoint(lines(4)) in kept
        assert checkpoint(lines(6, salt="y")) in kept
        room.registry.take_offer(NAME, offer(lines(5), 4, 5))

    def test_a_signed_root_that_is_not_of_its_lines_is_a_fork(self, room: Room) -> None:
        whole = lines(4)
        false = Offer(0, tuple(whole), checkpoint([*whole[:3], b"other"]))
        assert refused(room, false).word == "fork"
        assert room.stores.journal(NAME).size == 0
        room.registry.take_offer(NAME, offer(whole, 0, 4))

    @pytest.mark.parametrize("size", [2, 4])
    def test_a_checkpoint_of_another_past_is_a_fork_even_if_no_line_comes_with_it(
        self, room: Room, size: int
    ) -> None:
        whole = lines(4)
        room.registry.take_offer(NAME, offer(whole, 0, 4))
        refusal = refused(room, Offer(size, (), checkpoint([*whole[: size - 1], b"other"])))
        assert (refusal.status, refusal.word) == (422, "fork")
        assert [alarm.name for alarm in room.stores.index.alarms()] == [NAME]

    def test_a_receipt_that_lies_under_another_size_is_not_given_out(self, room: Room) -> None:
        """Somebody who tidied up in central's folder: it would tell the desk that fewer, or more, lines are signed for than are."""
        short = room.registry.take_offer(NAME, offer(lines(4), 0, 2))
        room.registry.take_offer(NAME, offer(lines(4), 2, 4))
        (room.journal / "receipts" / "000000000004.note").write_text(short, encoding="utf-8")
        for ask in (room.stores.journal(NAME).newest_receipt, lambda: room.stores.journal(NAME).receipt(4)):
            with pytest.raises(EvidenceError, match="for other lines"):
                ask()

    def test_a_receipt_for_another_checkpoint_than_the_devices_is_not_given_out(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(4), 0, 4))
        other = cosign(checkpoint(lines(4, salt="y")), room.stores.signer, NOW // 1000)
        (room.journal / "receipts" / "000000000004.note").write_text(other, encoding="utf-8")
        with pytest.raises(EvidenceError, match="does not begin with the device's checkpoint"):
            room.stores.journal(NAME).newest_receipt()

    def test_no_receipt_for_another_history(self, room: Room) -> None:
        no_receipt_for_another_history(room)

    def test_saboteur_a_central_that_takes_lines_unchecked_is_caught(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.central.registry.joins", lambda *_: True)
        no_receipt_for_another_history(room)  # the root still tells
        monkeypatch.setattr("app.central.held.HeldJournal.add", lambda *_: None)
        with pytest.raises(pytest.fail.Exception):
            no_receipt_for_another_history(room)


def no_receipt_for_another_history(room: Room) -> None:
    """The property: after one history has a receipt, no line of another one gets one."""
    if room.stores.journal(NAME).size == 0:
        room.registry.take_offer(NAME, offer(lines(4), 0, 4))
    assert refused(room, offer(lines(6, salt="y"), 4, 6)).word == "fork"


class TestCrash:
    def test_lines_without_a_checkpoint_are_as_if_never_sent(self, room: Room) -> None:
        whole = lines(5)
        room.registry.take_offer(NAME, offer(whole, 0, 2))
        with (room.journal / "journal.jsonl").open("ab") as file:
            file.write(whole[2] + b"\n" + whole[3][:20])  # the power went here
        room.again()
        assert room.stores.journal(NAME).size == 2
        room.registry.take_offer(NAME, offer(whole, 2, 5))
        assert (room.journal / "journal.jsonl").read_bytes() == b"".join(line + b"\n" for line in whole)

    def test_a_checkpoint_without_a_receipt_gets_one_when_it_comes_again(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        (room.journal / "receipts" / "000000000003.note").unlink()
        room.again()
        assert room.registry.take_offer(NAME, offer(lines(3), 0, 3)).startswith(checkpoint(lines(3)))

    def test_centrals_key_stays_the_same(self, room: Room) -> None:
        before = room.stores.signer.vkey
        assert room.again().stores.signer.vkey == before
        assert (room.folder / "central.vkey").read_text() == before + "\n"

    @pytest.mark.parametrize(
        "damage", [lambda data: data[:-30], lambda data: data.replace(b'"x"', b'"z"', 1)]
    )
    def test_a_damaged_copy_is_not_built_upon(self, room: Room, damage: object) -> None:
        room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        path = room.journal / "journal.jsonl"
        path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
        room.again()
        with pytest.raises(EvidenceError, match="damaged"):
            room.registry.take_offer(NAME, offer(lines(4), 3, 4))

    def test_a_damaged_key_file_or_another_key_in_its_place(self, room: Room) -> None:
        room.stores.close()
        path, shown = room.folder / ".central" / "central.key", room.folder / "central.vkey"
        kept, vkey = path.read_text(), shown.read_text()
        for damage, says in (
            ("central zz", "key file is damaged"),
            (f"central {'00' * 32}", "not of one pair"),
            (None, "key file is gone"),
        ):
            path.unlink()
            if damage is not None:
                path.write_text(damage)
            with pytest.raises(StorageError, match=says):
                FolderStore.open(room.folder, seeded("x"))
            assert shown.read_text() == vkey
            path.write_text(kept)
        room.again()

    def test_a_receipt_that_the_disk_has_altered_is_not_given_out(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        path = room.journal / "receipts" / "000000000003.note"
        path.write_bytes(path.read_bytes()[:-9] + b"\xff" + path.read_bytes()[-8:])
        room.again()
        for asked in (
            lambda: room.registry.take_offer(NAME, offer(lines(3), 0, 3)),
            room.stores.journal(NAME).newest_receipt,
        ):
            with pytest.raises(EvidenceError, match=r"receipt in central's own folder.*000000000003.note"):
                str(asked())

    def test_two_centrals_on_one_folder(self, room: Room) -> None:
        with pytest.raises(StorageError, match="Central is running on this folder"):
            FolderStore.open(room.folder, seeded("x"))
