"""Where the public randomness of a draw comes from: dice, or a round of drand's quicknet that was named at the commitment."""

import re
from pathlib import Path

from app.canonical import hexdigest
from app.errors import StudyError
from app.evidence.durable import storage_errors, write_file
from app.sample.draw import public_randomness

DICE = "dice"
"""Source when no beacon's round was named."""
_KEPT = "beacon.txt"
_SIGNATURE = 96
_ROUND = re.compile(r"quicknet ([1-9][0-9]{0,15})")


def named(beacon: str, where: str) -> str:
    """What stands in the commitment. beacon: the round as it was named, "" = dice. StudyError for one that cannot be checked later."""
    if beacon and not _ROUND.fullmatch(beacon):
        todo = 'Name a future round of quicknet, as "quicknet 12345678".'
        raise StudyError(f'"{beacon}" is no drand round that can be checked', where=where, todo=todo)
    return beacon or DICE


def taken(source: str, told: str, where: str) -> str:
    """B, from what was read out: the dice, or the round's signature. Raises StudyError for a beacon's value whose round was not named, for
    dice where one was, and for a signature that is not the beacon's."""
    if source == DICE:
        randomness = public_randomness(told)
        if not randomness.isdigit():
            # who may choose among rounds after they are out can try until the draw pleases
            todo = "Roll the dice, or commit anew with --beacon."
            raise StudyError("No drand round was named at the commitment", where=where, todo=todo)
        return randomness
    number = _ROUND.fullmatch(source)
    if number is None:
        todo = 'Commit anew, with dice or --beacon "quicknet NUMBER".'
        raise StudyError(f'The signatures of "{source}" cannot be checked here', where=where, todo=todo)
    if told.strip().isdigit() and len(told.strip()) != _SIGNATURE:
        todo = f"Give that round's signature, {_SIGNATURE} hex digits."
        raise StudyError(
            f"The drand round {source} was named at the commitment, no dice", where=where, todo=todo
        )
    from app.sample.beacon import value  # slow, of the extra [centre], and only for a draw by a beacon

    return value(int(number[1]), told)


def keep(folder: Path, source: str, signature: str) -> None:
    """Lay the round's signature beside a draw by a beacon, for its audit."""
    if source != DICE:
        with storage_errors(folder):
            write_file(folder / _KEPT, f"{source}\n{''.join(signature.split()).lower()}\n".encode())


def kept(folder: Path) -> str:
    """That signature; "" when it is not there."""
    path = folder / _KEPT
    with storage_errors(path):
        return path.read_text(encoding="ascii").partition("\n")[2] if path.exists() else ""


def follows(source: str, signature: str, randomness: str) -> bool:
    """B is what the named round's signature gives."""
    try:
        return taken(source, signature, "") == randomness
    except StudyError:
        return False


def said(randomness: str) -> str:
    """The public randomness in the form that is hashed, with its own digest: both are read out in the room."""
    plain = public_randomness(randomness)
    return f"{plain} (SHA-256 {hexdigest(plain.encode())[:16]}…)"
