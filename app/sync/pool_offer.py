"""The centre fills a room's pool: cases sealed to the room."""

from collections.abc import Callable, Iterable, Mapping

from app.canonical import Value
from app.clock import Entropy
from app.evidence.age import Recipient
from app.sample.case import Case
from app.sync.pool_counts import sealed


def offer(
    cases: Iterable[Case],
    room: Recipient,
    hashed: Callable[[str], str],
    entropy: Entropy,
    columns: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Value]:
    """A released replicate as the centre hands it in. room: public half of the room key. hashed: number → its keyed hash, which the desk
    that opens the case learns too: by it a decision of the centre about the number is known. columns: number → what the sample knows
    beforehand."""
    return {
        "v": 1,
        "cases": [
            {
                "case": case.id,
                "ticket": case.ticket,
                "unit": case.unit,
                "mobile": 1 if case.mobile else 0,
                "key": hashed(case.number),
                "sealed": sealed(
                    {
                        "number": case.number,
                        "key": hashed(case.number),
                        "columns": dict((columns or {}).get(case.number, {})),
                    },
                    room,
                    entropy,
                ),
            }
            for case in cases
        ],
    }
