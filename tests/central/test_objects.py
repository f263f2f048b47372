"""Sealed objects, manifests and enrolment codes: what central takes, signs for and gives out once."""

from contextlib import closing
from pathlib import Path

import pytest

from app.canonical import hexdigest
from app.central.index import Enrolled
from app.central.intake import Chunk, IntakeError
from app.central.stores import FolderStore, open_index
from app.clock import seeded
from app.errors import StorageError
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.note import Signer, sign
from tests.central.room import DEVICE, NAME, STRANGER, Room, checkpoint, offer
from tests.central.test_intake import ORIGIN, lines
from tests.sync.world import NOW


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
    def test_a_code_can_be_issued_while_central_runs(self, room: Room) -> None:
        with closing(open_index(room.folder)) as beside:
            code = beside.issue_code(seeded("beside"), NOW)
        assert room.stores.index.enrol(code, Enrolled("11111111.1", "v1", "age1"))

    def test_but_not_in_a_folder_that_is_not_centrals(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="not central's folder"):
            open_index(tmp_path / "nothing")

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


@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_a_registry_that_was_lost_is_not_begun_anew(tmp_path: Path, lost: str) -> None:
    """An empty one in its place would say "Install a study package first" and refuse every workstation."""
    with FolderStore.open(tmp_path / "central", seeded("x")) as stores:
        stores.put(stores.folder / "devices" / f"{NAME}.vkey", DEVICE.vkey.encode() + b"\n")
    index = tmp_path / "central" / ".central" / "index.db"
    for path in index.parent.glob("index.db*"):
        path.unlink()
    if lost == "empty":
        index.touch()
    with pytest.raises(StorageError, match=r"registry is gone or empty.*index\.db.*Restore"):
        FolderStore.open(tmp_path / "central", seeded("x"))
    assert index.exists() is (lost == "empty")
    assert not index.exists() or not index.stat().st_size
