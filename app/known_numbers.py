"""Numbers known without being written down: a keyed hash (HMAC-SHA256) stands for each.

By it a respondent who calls back is found, and an interviewer is never given his own number or a relative's. The key lies in the encrypted
store; without it a hash of the few numbers of a city could be searched through in seconds.
"""

from app.canonical import decode, encode, keyed
from app.clock import Entropy
from app.store import Store
from app.store_cases import Keyed

_SETTING = "numbers.key"
_KNOWS = "numbers.known."


def hasher(store: Store, entropy: Entropy) -> Keyed:
    """number → 32 hex digits, with this workstation's key; made the first time. Raises StorageError."""
    text = store.setting(_SETTING)
    if not text:
        text = entropy(32).hex()
        store.set_setting(_SETTING, text)
    key = bytes.fromhex(text)
    return lambda number: keyed(key, number.encode()).hex()[:32]


def acquaint(store: Store, person: str, key: str) -> None:
    """The person is never given the number of this hash: it is the own one, or a relative's."""
    store.set_setting(
        _KNOWS + person, encode({"numbers": sorted(acquainted(store, person) | {key})}).decode()
    )


def acquainted(store: Store, person: str) -> frozenset[str]:
    """Hashes of the numbers that a person is never given."""
    return frozenset(decode(store.setting(_KNOWS + person, '{"numbers":[]}').encode())["numbers"])
