"""What central was found to have lost. It stands in the store before the first line is handed in again, and until somebody has had it
before his eyes: a round may be killed at any moment, and the next one finds nothing amiss."""

from app.store import Store

_KEPT = "central.lost"


def lost(store: Store, start: int, held: int) -> None:
    """Central holds only `start` of the `held` lines of a journal that it had signed for. Durable on return; StorageError."""
    with store.together():
        before = _kept(store)
        if before is not None and before[1] == held:
            start = min(start, before[0])  # the rest of a loss of which a part was handed in again
        store.set_setting(_KEPT, f"{start} {held}")


def alarm(store: Store) -> str:
    """What is to be told of it, "" when there is nothing. StorageError."""
    kept = _kept(store)
    if kept is None:
        return ""
    start, held = kept
    return f"Central had lost lines that it signed for (it held {start} of {held}); they are handed in again"


def seen(store: Store, text: str) -> None:
    """Somebody had this alarm before his eyes; another one, found meanwhile, stays. StorageError."""
    with store.together():
        if text and text == alarm(store):
            store.set_setting(_KEPT, "")


def _kept(store: Store) -> tuple[int, int] | None:
    start, _, held = store.setting(_KEPT).partition(" ")
    return (int(start), int(held)) if held else None
