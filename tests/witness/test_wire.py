"""What the witness reads of a central that it need not trust."""

from collections.abc import Iterator

import httpx2
import pytest

from app.errors import SyncError
from app.witness.round import Central


class Endless(httpx2.SyncByteStream):
    """A body that never ends; it counts the MiB that were taken of it."""

    taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.taken < 200:
            self.taken += 1
            yield bytes(2**20)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    body = Endless()
    wire = Central("http://central", httpx2.MockTransport(lambda _: httpx2.Response(200, stream=body)))
    with pytest.raises(SyncError, match="Central answered 200"):
        wire.checkpoint()
    wire.close()
    assert body.taken == 65
