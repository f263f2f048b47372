"""What the sample knows of a case beforehand (panel data: the office that was visited, last year's score), in the encrypted store."""

from collections.abc import Mapping

from app.canonical import decode, encode
from app.store import Store


def keep(store: Store, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Case id → column → text, durable. A case that comes again has its new columns."""
    with store.together():
        for case, known in columns.items():
            store.set_setting(f"columns.{case}", encode(dict(known)).decode())


def columns_of(store: Store, case: str) -> dict[str, str]:
    """Column → text; {} for a case of which nothing is known."""
    known = decode(store.setting(f"columns.{case}", "{}").encode())
    return {str(name): str(text) for name, text in known.items()}
