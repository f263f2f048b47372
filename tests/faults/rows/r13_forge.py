"""Row 13: a recording made from the public keys alone, with Debian's own `age`: age takes it for good, the journal does not."""

import subprocess

from app.canonical import hexdigest
from app.errors import SealError
from app.evidence import wav
from app.evidence.age import decrypt
from app.evidence.verify import verify
from tests.evidence.archive import Made
from tests.evidence.pen import CENTRE, EVERYBODY, LEAD
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial

_WAYS = ("in its place", "under its own hash, the true one gone", "under its own hash, beside the true one")


def _forged(case: Trial) -> bytes:
    """As long as somebody likes, and as good an age file as any: the keys are public."""
    sound = wav.header() + case.chance.randbytes(wav.SECOND * case.chance.randint(1, 9))
    keys = ["-r", str(CENTRE.recipient), "-r", str(LEAD.recipient)]
    done = subprocess.run(["age", *keys], input=sound, capture_output=True, check=True)
    assert decrypt(done.stdout, [CENTRE]) == sound, "the forgery does not even open"
    return done.stdout


def _put(case: Trial, made: Made) -> tuple[str, str]:
    """Put a forgery into the archive; returns the way and the file that must be named."""
    path = made.object("rec.close", "sha256", made.calls["finished"])
    forged, way = _forged(case), _WAYS[case.number % len(_WAYS)]
    if way == _WAYS[0]:
        path.write_bytes(forged)
        return way, path.name
    place = path.with_name(hexdigest(forged))
    place.write_bytes(forged)
    if way == _WAYS[1]:
        path.unlink()
    return way, place.name


def _with_public_keys(case: Trial) -> Seen:
    made, _ = evidence_rooms.archive(case.folder)
    way, name = _put(case, made)
    verdict = verify(made.archive, identities=EVERYBODY)
    found = [
        each
        for each in (*verdict.integrity, *verdict.completeness)
        if each.spoils and name in f"{each.at} {each.needed}"
    ]
    assert found, f"forged {way}: not noticed: {verdict.text()}"
    return {"way": way, "half": found[0].kind, "rule": found[0].rule, "said": found[0].what}


def _by_age_alone(case: Trial) -> Seen:
    """The control: whoever asks age alone takes it for a recording of ours."""
    try:
        sound = decrypt(_forged(case), [CENTRE])
    except SealError:
        return {}
    raise AssertionError(f"age opens the forgery: {len(sound)} bytes of sound")


ROWS = [
    Row(
        "13",
        "a whole recording forged with the public keys",
        _with_public_keys,
        short=3,
        long=30,
        needs=("age",),
    ),
    Row(
        "13.control",
        "the same where only age is asked",
        _by_age_alone,
        short=2,
        long=3,
        needs=("age",),
        control="age opens the forgery",
    ),
]
