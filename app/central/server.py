"""Central on the wire: a Starlette application and the server around it. All judgement is in registry.py and intake.py.

Addresses carry hashes and device ids only; no interviewer, district or number, so that logs of proxies on the way hold nothing.
"""

import errno
import logging
import socket
import threading
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio.to_thread
import uvicorn
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.canonical import Value, encode
from app.central import pool_routes, roll
from app.central.intake import (
    CHUNK_LIMIT,
    NOTE_LIMIT,
    OFFER_LIMIT,
    IntakeError,
    read_chunk,
    read_enrolment,
    read_offer,
)
from app.central.registry import Message, Registry
from app.errors import FangxinError, StorageError, UsageError

ENTRIES = 10_000
"""Lines of the log that one answer has at most."""
_START_SECONDS = 15.0
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"

Handler = Callable[[Registry, Message], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def application(registry: Registry, *, public_url: str = "") -> Starlette:
    """The ASGI application. public_url: how devices address this central when a proxy stands before it ("https://…")."""
    # One request at a time touches the folder and the index; bodies are read side by side.
    turn = CapacityLimiter(1)

    def route(path: str, method: str, handler: Handler, limit: int = 0) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                message = await _read(request, limit, public_url.rstrip("/"))
                return await anyio.to_thread.run_sync(handler, registry, message, limiter=turn)
            except FangxinError as error:
                return _refusal(error, registry.clock.wall(), head=request.method == "HEAD")
            except ClientDisconnect:
                return Response(status_code=400)  # nobody reads it; nothing was taken

        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            route("/v1/status", "GET", _status),
            route("/v1/study", "GET", _study),
            route("/v1/enrol", "POST", _enrol, NOTE_LIMIT),
            route("/v1/devices", "GET", _devices),
            route("/v1/devices", "POST", _devices_vouched, NOTE_LIMIT),
            route("/v1/objects/{sha256}", "HEAD", _object_state),
            route("/v1/objects/{sha256}", "PATCH", _object_chunk, CHUNK_LIMIT),
            route("/v1/journals/{name}", "POST", _journal, OFFER_LIMIT),
            route("/v1/journals/{name}", "GET", _receipt),
            route("/v1/batches/{name}", "POST", _batch, NOTE_LIMIT),
            route("/v1/log/checkpoint", "GET", _log_checkpoint),
            route("/v1/log/consistency/{old}/{new}", "GET", _log_consistency),
            route("/v1/log/entries/{old}/{new}", "GET", _log_entries),
            route("/v1/log/cosignatures", "POST", _cosignature, NOTE_LIMIT),
            route("/v1/assignments/{device}", "GET", _assignment),
            route("/v1/assignments/{device}", "PUT", _put_assignment, OFFER_LIMIT),
            route("/v1/pool/cases", "POST", _answering(pool_routes.add), OFFER_LIMIT),
            *(route(at, "POST", _answering(do), NOTE_LIMIT) for at, do in pool_routes.SMALL.items()),
        ]
    )


@contextmanager
def running(registry: Registry, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Central in a background thread, for the demo and tests: yields its address. UsageError when the port is taken."""
    with _listening(host, port) as sock:
        server = _Server(registry)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="central")
        thread.start()
        try:
            if not server.ready.wait(_START_SECONDS):
                raise UsageError("Central did not start in time", where=_address(sock))
            yield _address(sock)
        finally:
            server.should_exit = True
            thread.join()


def serve(
    registry: Registry, *, host: str, port: int, public_url: str = "", started: Callable[[str], None]
) -> None:
    """Central until it is told to stop (Ctrl+C, SIGTERM). started hears the address. UsageError when the port is taken."""
    with _listening(host, port) as sock:
        started(_address(sock))
        _Server(registry, public_url).run(sockets=[sock])


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready."""

    def __init__(self, registry: Registry, public_url: str = "") -> None:
        self.ready = threading.Event()
        super().__init__(
            uvicorn.Config(
                application(registry, public_url=public_url),
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        # access_log=False alone yields to a handler that the surrounding program hangs on this logger later.
        logging.getLogger("uvicorn.access").disabled = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        sock = socket.create_server((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"Port {port} is in use", where=host, todo="Stop the other program or give another port."
            ) from error
        raise UsageError(f"Cannot listen on port {port}: {error.strerror}", where=host) from error
    with sock:
        yield sock


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


async def _read(request: Request, limit: int, public_url: str) -> Message:
    announced = request.headers.get("content-length", "0" if request.method in ("GET", "HEAD") else "")
    if not announced.isdecimal():
        raise IntakeError(411, "headers", "The request does not say how long its body is")
    if int(announced) > limit:
        raise IntakeError(413, "too_large", f"The body is larger than {limit} bytes")
    body = await request.body()  # the server ends it at Content-Length
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{public_url}{request.url.path}{query}" if public_url else str(request.url)
    return Message(request.method, url, dict(request.headers), body, dict(request.path_params))


def _refusal(error: FangxinError, now: int, *, head: bool) -> Response:
    status, word = 500, "failed"
    facts: dict[str, Value] = {}
    if isinstance(error, IntakeError):
        status, word, facts = error.status, error.word, error.facts
    elif isinstance(error, StorageError):
        status, word = 507, "storage"
    content = encode({"v": 1, "error": word, "what": error.what, "time": now, **facts})
    if head:  # no body may answer it
        return Response(status_code=status, headers={"Fangxin-Error": content.decode("ascii", "replace")})
    return Response(content, status, media_type="application/json")


def _document(content: dict[str, Value]) -> Response:
    return Response(encode({"v": 1, **content}), media_type="application/json")


def _answering(work: Callable[[Registry, Message], dict[str, Value]]) -> Handler:
    return lambda registry, message: _document(work(registry, message))


def _status(registry: Registry, _: Message) -> Response:
    return _document(registry.status())


def _study(registry: Registry, message: Message) -> Response:
    registry.device(message)
    return Response(registry.stores.package(), media_type=_BYTES)


def _enrol(registry: Registry, message: Message) -> Response:
    return _document(registry.enrol(message, read_enrolment(message.body)))


def _devices(registry: Registry, message: Message) -> Response:
    return Response(roll.listing(registry, message), media_type="application/json")


def _devices_vouched(registry: Registry, message: Message) -> Response:
    return Response(roll.vouched(registry, message), media_type=_TEXT)


def _object_state(registry: Registry, message: Message) -> Response:
    registry.device(message)
    offset, complete = registry.held(message.parameters["sha256"])
    return _upload(offset, complete=complete)


def _object_chunk(registry: Registry, message: Message) -> Response:
    registry.device(message)
    chunk = read_chunk(message.headers, message.body)
    offset, complete = registry.take_chunk(message.parameters["sha256"], chunk)
    return _upload(offset, complete=complete)


def _upload(offset: int, *, complete: bool) -> Response:
    return Response(
        status_code=204, headers={"Upload-Offset": str(offset), "Upload-Complete": "?1" if complete else "?0"}
    )


def _journal(registry: Registry, message: Message) -> Response:
    name = registry.own(message, message.parameters["name"])
    return Response(registry.take_offer(name, read_offer(message.body)), media_type=_TEXT)


def _receipt(registry: Registry, message: Message) -> Response:
    name = registry.own(message, message.parameters["name"])
    receipt = registry.stores.journal(name).newest_receipt()
    return Response(receipt, media_type=_TEXT) if receipt else Response(status_code=204)


def _batch(registry: Registry, message: Message) -> Response:
    name = registry.own(message, message.parameters["name"])
    return Response(registry.take_batch(name, message.body), media_type=_TEXT)


def _log_checkpoint(registry: Registry, _: Message) -> Response:
    return Response(registry.stores.log.checkpoint(), media_type=_TEXT)


def _log_consistency(registry: Registry, message: Message) -> Response:
    proof = registry.consistency(message.parameters["old"], message.parameters["new"])
    return Response("".join(f"{b64encode(each).decode()}\n" for each in proof), media_type=_TEXT)


def _log_entries(registry: Registry, message: Message) -> Response:
    start, end = (message.parameters[name] for name in ("old", "new"))
    if not (start.isdecimal() and end.isdecimal()):
        raise IntakeError(400, "address", "There are no such lines")
    lines = registry.stores.log.entries(int(start), min(int(end), int(start) + ENTRIES))
    return Response(b"".join(line + b"\n" for line in lines), media_type=_BYTES)


def _cosignature(registry: Registry, message: Message) -> Response:
    registry.take_cosignature(message.body)
    return Response(status_code=204)


def _assignment(registry: Registry, message: Message) -> Response:
    sealed = registry.assignment(registry.device(message), message.parameters["device"])
    return Response(sealed, media_type=_BYTES) if sealed is not None else Response(status_code=204)


def _put_assignment(registry: Registry, message: Message) -> Response:
    registry.centre(message)
    registry.put_assignment(message.parameters["device"], message.body)
    return Response(status_code=204)
