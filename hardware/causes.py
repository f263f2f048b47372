"""Why the network ended a call, read off what a module says of it: +CEER's number or words, Q.850 causes, ^CEND."""

import re
from collections.abc import Mapping

from hardware.base import Cause

Q850: Mapping[int, Cause] = {
    1: Cause.VACANT,
    3: Cause.VACANT,
    17: Cause.BUSY,
    18: Cause.UNREACHABLE,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.VACANT,
    27: Cause.UNREACHABLE,
    28: Cause.VACANT,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    44: Cause.CONGESTION,
    47: Cause.CONGESTION,
}
"""ITU-T Q.850 and 3GPP TS 24.008 annex H use the same numbers for these."""
_NORMAL = 16
_WORDS = (
    ("BUSY", Cause.BUSY),
    ("UNASSIGNED", Cause.VACANT),
    ("UNALLOCATED", Cause.VACANT),
    ("INVALID NUMBER", Cause.VACANT),
    ("NUMBER CHANGED", Cause.VACANT),
    ("NO ANSWER", Cause.NO_ANSWER),
    ("ALERTING", Cause.NO_ANSWER),
    ("NOT RESPONDING", Cause.UNREACHABLE),
    ("NO USER RESPONDING", Cause.UNREACHABLE),
    ("REJECT", Cause.REJECTED),
    ("CONGESTION", Cause.CONGESTION),
    ("NO CIRCUIT", Cause.CONGESTION),
)


def cause_of(text: str, *, answered: bool) -> Cause:
    """The cause in a device's own words. answered: the call had been taken; then whatever ends it is the far side's hanging up.

    UNKNOWN when it says nothing that is known: the interviewer, or the ear, must tell.
    """
    if answered:
        return Cause.REMOTE_HANGUP
    for word, cause in _WORDS:
        if word in text.upper():
            return cause
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    # The last number is the cause: "+CEER: 16", "+CEER: 5,31", "^CEND:1,0,104,17".
    return Q850.get(numbers[-1], Cause.UNKNOWN) if numbers and numbers[-1] != _NORMAL else Cause.UNKNOWN
