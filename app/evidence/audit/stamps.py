"""Time-stamp tokens that a witness has got over central's log: since when, at the latest, did these lines exist?"""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.errors import EvidenceError
from app.evidence.audit.logged import Witnessed
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.note import Checkpoint
from app.evidence.stamp import NoReaderError, read_stamp, stamped_text


def audit_stamps(witnessed: Witnessed, findings: Findings) -> None:
    """Check every token against the cosigned checkpoint that it is over."""
    texts = [stamped_text(note) for note in witnessed.notes.values()]
    for name, token in witnessed.tokens.items():
        _token(name, token, texts, witnessed, findings)


def _token(name: str, token: bytes, texts: Sequence[bytes], witnessed: Witnessed, findings: Findings) -> None:
    at = Spot(name)
    if not witnessed.authorities:
        needed = "the authority's certificate, from itself: --tsa FILE.pem"
        findings.note("timestamp.unchecked", "This time stamp was not checked", at, needed=needed)
        return
    why = "it is over no checkpoint that was brought"
    for text in texts:
        try:
            stamp = read_stamp(token, text, witnessed.authorities)
        except NoReaderError as error:
            findings.note(
                "timestamp.unchecked", "This time stamp was not checked", at, needed=error.todo.rstrip(".")
            )
            return
        except EvidenceError as error:
            why = why if "something else" in error.what else error.what
            continue
        point = Checkpoint.parse(text.decode())
        when = datetime.fromtimestamp(stamp.wall / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        what = f"{stamp.authority} certifies that the first {point.size} lines of {point.origin} existed at {when}"
        findings.note("timestamp.holds", what, at)
        findings.counts["time stamps"] += 1
        return
    findings.broken(
        "timestamp.false",
        f"This time stamp does not hold: {why}",
        at,
        needed="the token as the authority gave it",
    )
