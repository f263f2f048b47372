"""Central's judgement, without a wire: what is taken, what is refused, what survives a crash of central."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.canonical import hexdigest
from app.central.index import Enrolled
from app.central.intake import Chunk, IntakeError, Offer
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, StorageError
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, Signer, open_note, sign
from tests.central.test_intake import ORIGIN, lines
from tests.sync.world import CENTRE, NOW, STUDY

NAME = "0badcafe.1"
DEVICE = Signer(ORIGIN, b"d" * 32)
STRANGER = Signer(ORIGIN, b"s" * 32)


@dataclass
class Room:
    """A central that can be closed and opened again on its folder."""

    folder: Path
    stores: FolderStore
    registry: Registry

    def again(self) -> "Room":
        self.stores.close()
        self.stores = FolderStore.open(self.folder, seeded("other"))
        self.registry = Registry(self.stores, VirtualClock(NOW))
        return self

    @property
    def journal(self) -> Path:
        return self.folder / "journals" / NAME


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    stores = FolderStore.open(tmp_path / "central", seeded("central"))
    stores.install(b"PK", study=STUDY, version=1, rehearsal=False, centre_vkey=CENTRE.vkey)
    code = stores.index.issue_code(seeded("code"), NOW)
    assert stores.index.enrol(code, Enrolled(NAME, DEVICE.vkey, "age1"))
    room = Room(tmp_path / "central", stores, Registry(stores, VirtualClock(NOW)))
    yield room
    room.stores.close()


def checkpoint(whole: list[bytes], signer: Signer = DEVICE, origin: str = ORIGIN) -> str:
    return sign(Checkpoint(origin, len(whole), root(whole)).text, signer)


def offer(whole: list[bytes], start: int, end: int) -> Offer:
    return Offer(start, tuple(whole[start:end]), checkpoint(whole[:end]))


def refused(room: Room, offer: Offer) -> IntakeError:
    with pytest.raises(IntakeError) as refusal:
        room.registry.take_offer(NAME, offer)
    return refusal.value


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

    def test_a_damaged_key_file(self, room: Room) -> None:
        room.stores.close()
        (room.folder / ".central" / "central.key").write_text("central zz")
        with pytest.raises(StorageError, match="key file is damaged"):
            FolderStore.open(room.folder, seeded("x"))
        (room.folder / ".central" / "central.key").write_text(f"central {'00' * 32}")
        room.again()

    def test_two_centrals_on_one_folder(self, room: Room) -> None:
        with pytest.raises(StorageError, match="already running"):
            FolderStore.open(room.folder, seeded("x"))


class TestObjects:
    DATA = b"sealed" * 100

    def chunk(self, start: int, end: int, data: bytes = DATA) -> Chunk:
        return Chunk(start, len(data), end == len(data), data[start:end])

    def test_an_object_appears_when_it_is_whole(self, room: Room) -> None:
        sha256 = hexdigest(self.DATA)
        assert room.registry.take_chunk(sha256, self.chunk(0, 400)) == (400, False)
        assert not room.stores.has(sha256)
        assert room.registry.take_chunk(sha256, self.chunk(400, 600)) == (600, True)
        assert room.registry.take_chunk(sha256, self.chunk(0, 400)) == (600, True)

    def test_bytes_that_do_not_fit_their_name_are_thrown_away(self, room: Room) -> None:
        sha256 = hexdigest(b"something else")
        with pytest.raises(IntakeError) as refusal:
            room.registry.take_chunk(sha256, self.chunk(0, 600))
        assert (refusal.value.status, refusal.value.word, refusal.value.facts) == (
            400,
            "digest",
            {"offset": 0},
        )
        assert room.registry.held(sha256) == (0, False)
        assert list((room.folder / "objects").iterdir()) == []

    def test_a_piece_elsewhere_is_told_where_to_go_on(self, room: Room) -> None:
        room.registry.take_chunk("aa" * 32, self.chunk(0, 100))
        for start in (0, 50, 200):
            with pytest.raises(IntakeError) as refusal:
                room.registry.take_chunk("aa" * 32, self.chunk(start, start + 100))
            assert (refusal.value.status, refusal.value.facts) == (409, {"offset": 100})

    @pytest.mark.parametrize("name", ["..", "AA" * 32, "aa" * 31, "aa" * 32 + "\n", ""])
    def test_a_name_that_is_no_hash(self, room: Room, name: str) -> None:
        with pytest.raises(IntakeError):
            room.registry.held(name)


class TestBatches:
    def manifest(self, *items: Item, size: int = 3, note: str = "", signer: Signer = DEVICE) -> bytes:
        named = checkpoint_hash(note or checkpoint(lines(3)))
        return sign(Manifest(ORIGIN, 0, size, named, tuple(items)).text, signer).encode()

    def test_central_signs_for_what_it_has(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        room.stores.add(hexdigest(b"x"), b"x")
        room.stores.complete(hexdigest(b"x"))
        sent = self.manifest(Item(hexdigest(b"x"), 1, "contact"))
        signed = room.registry.take_batch(NAME, sent)
        assert signed.startswith(sent.decode())
        assert room.registry.take_batch(NAME, sent) == signed

    def test_and_for_nothing_else(self, room: Room) -> None:
        room.registry.take_offer(NAME, offer(lines(3), 0, 3))
        room.stores.add(hexdigest(b"x"), b"x")
        room.stores.complete(hexdigest(b"x"))
        cases = [
            (self.manifest(Item("ab" * 32, 1, "contact")), 424),
            (self.manifest(Item(hexdigest(b"x"), 2, "contact")), 424),
            (self.manifest(size=4), 409),
            (self.manifest(note="another"), 400),
            (self.manifest(signer=STRANGER), 400),
            (b"garbage", 400),
            (b"\xff", 400),
            (checkpoint(lines(3)).encode(), 400),
        ]
        for body, status in cases:
            with pytest.raises(IntakeError) as refusal:
                room.registry.take_batch(NAME, body)
            assert refusal.value.status == status
        assert not (room.folder / "batches" / NAME).exists()


class TestCodes:
    def test_a_code_is_good_once_for_one_device(self, room: Room) -> None:
        index = room.stores.index
        code = index.issue_code(seeded("again"), NOW)
        one, two = Enrolled("11111111.1", "v1", "age1"), Enrolled("22222222.1", "v2", "age2")
        assert not index.enrol("WRON-GCOD-E234", one)
        assert index.enrol(code.lower().replace("-", " "), one)
        assert index.enrol(code, one)
        assert not index.enrol(code, two)
        assert {device.name for device in index.devices()} == {NAME, one.name}

    def test_a_known_name_cannot_be_taken_over_with_another_key(self, room: Room) -> None:
        code = room.stores.index.issue_code(seeded("again"), NOW)
        assert not room.stores.index.enrol(code, Enrolled(NAME, STRANGER.vkey, "age1"))
        assert room.stores.index.enrolled(NAME) == Enrolled(NAME, DEVICE.vkey, "age1")

    def test_codes_are_not_readable_in_the_index(self, room: Room) -> None:
        code = room.stores.index.issue_code(seeded("again"), NOW)
        room.stores.close()
        raw = (room.folder / ".central" / "index.db").read_bytes()
        assert code.encode() not in raw
        assert code.replace("-", "").encode() not in raw
        room.again()

    def test_a_nonce_is_good_once_until_its_time_has_run_out(self, room: Room) -> None:
        index = room.stores.index
        assert index.spend_nonce("d", "n", 1000, keep=500)
        assert not index.spend_nonce("d", "n", 1400, keep=500)
        assert index.spend_nonce("e", "n", 1400, keep=500)
        assert index.spend_nonce("d", "n", 2000, keep=500)


def test_a_central_without_a_study_says_so(tmp_path: Path) -> None:
    with FolderStore.open(tmp_path, seeded("x")) as stores, pytest.raises(StorageError, match="no study yet"):
        stores.package()
