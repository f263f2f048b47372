"""Row 32: the witness dies at each of its writes, syncs, renames and at the signature, and is shown another history when it is back:
never are there two cosignatures at one size over different roots."""

from collections.abc import Sequence
from unittest.mock import patch

import pytest

from app.evidence import durable
from app.evidence.note import Checkpoint
from app.witness import keeper as module
from app.witness.keeper import Keeper
from tests.faults.campaign import Row, Seen, Trial
from tests.witness.test_keeper import begun, check_never_two, cosigned


def _every_step(case: Trial) -> Seen:
    with pytest.MonkeyPatch.context() as patched:
        check_never_two(case.folder, patched)
    steps = sorted((folder for folder in case.folder.iterdir()), key=lambda folder: int(folder.name))
    cosignatures = [len(cosigned(folder)) for folder in steps]
    for folder in steps:
        with begun(folder) as keeper:
            assert keeper.newest is not None
    return {"crashes": len(steps) - 1, "cosigned sizes": sum(cosignatures)}


def _signs_first(case: Trial) -> Seen:
    """The control: signs before it remembers."""
    promise = Keeper._promise

    def accept(keeper: Keeper, point: Checkpoint, note: str, entries: Sequence[bytes] | None) -> str:
        signed = module.cosign(note, keeper.signer, 1)
        durable.make_folder(keeper.folder / "cosigned")
        name = f"{point.size:012}.{point.root.hex()[:4]}.note"
        durable.write_file(keeper.folder / "cosigned" / name, signed.encode())
        promise(keeper, note)
        return signed

    with patch.object(Keeper, "_accept", accept):
        return _every_step(case)


ROWS = [
    Row("32", "the witness dies at every step; then another history is shown", _every_step, short=1, long=3),
    Row(
        "32.control",
        "a witness that signs before it remembers",
        _signs_first,
        short=1,
        long=1,
        control="two cosignatures",
    ),
]
