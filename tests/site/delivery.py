"""How the bytes of an answer travel when a fault hits it: slowly, cut short, or not at all."""

import asyncio
import socket
import struct
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

from espreso_crawler.demo_site.responses import Deliver

Way = Literal["hang", "reset", "short", "chunked_cut", "slow", "flood", "header_flood"]

_DROP = 1 << 18
_DRIP_SECONDS = 0.001
_ROW = b"X-Row: " + b"y" * 1000 + b"\r\n"
# What comes before the flood, and what it is made of.
_FLOODS = {
    "flood": (b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n" % (_DROP, b" " * _DROP)),
    "header_flood": (b"", _ROW * (_DROP // len(_ROW))),
}
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Delivery(NamedTuple):
    """How an answer travels.

    `hang` sends nothing for `seconds` and closes; `reset` breaks the connection; `short` stops at half of the
    promised length; `chunked_cut` at half without the last chunk; `slow` sends `piece` bytes every `seconds`;
    `flood` and `header_flood` send `piece` bytes that nobody asked for.
    """

    way: Way
    seconds: float = 0.0
    piece: int = 0


def delivery_by(delivery: Delivery) -> Deliver:
    """Return what sends an answer that way."""
    return partial(_deliver, delivery)


def send_whole(transport: asyncio.Transport, head: bytes, body: bytes, done: Callable[[], None]) -> None:
    """Send an answer as it should be, if the client is still there."""
    if not transport.is_closing():
        transport.writelines([b"%bContent-Length: %d\r\n\r\n" % (head, len(body)), body])
    done()


def _deliver(
    delivery: Delivery, transport: asyncio.Transport, head: bytes, body: bytes, done: Callable[[], None]
) -> None:
    if delivery.way == "slow":
        transport.write(b"%bContent-Length: %d\r\n\r\n" % (head, len(body)))
        _send_pieces(transport, body, delivery, done)
    elif delivery.way == "hang":
        asyncio.get_running_loop().call_later(delivery.seconds, _close, transport, done)
    elif delivery.way in _FLOODS:
        prelude, drop = _FLOODS[delivery.way]
        transport.write(head + prelude)
        _pour(transport, drop, delivery.piece, done)
    else:
        _send_broken(transport, head, body, delivery)
        done()


def _send_pieces(transport: asyncio.Transport, body: bytes, delivery: Delivery, done: Callable[[], None]) -> None:
    if transport.is_closing() or not body:
        done()
        return
    transport.write(body[: delivery.piece])
    rest = body[delivery.piece :]
    asyncio.get_running_loop().call_later(delivery.seconds, _send_pieces, transport, rest, delivery, done)


def _send_broken(transport: asyncio.Transport, head: bytes, body: bytes, delivery: Delivery) -> None:
    half = body[: len(body) // 2]
    if delivery.way == "reset":
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
        return
    if delivery.way == "short":
        transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), half))
    else:
        transport.write(b"%bTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (head, len(half), half))
    transport.close()


def _pour(transport: asyncio.Transport, drop: bytes, left: int, done: Callable[[], None]) -> None:
    """Send drop after drop as fast as the client takes them, never more than fits into the socket."""
    if transport.is_closing() or left <= 0:
        transport.close()
        done()
        return
    if transport.get_write_buffer_size() < len(drop):
        transport.write(drop)
        left -= len(drop)
    asyncio.get_running_loop().call_later(_DRIP_SECONDS, _pour, transport, drop, left, done)


def _close(transport: asyncio.Transport, done: Callable[[], None]) -> None:
    transport.close()
    done()
