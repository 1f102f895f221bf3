"""How the bytes of an answer travel: whole, slowly, cut short, or not at all."""

import asyncio
import socket
import struct
from collections.abc import Callable

from espreso_crawler.demo_site.responses import Delivery

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def deliver(
    transport: asyncio.Transport, head: bytes, body: bytes, delivery: Delivery, done: Callable[[], None]
) -> None:
    """Send an answer and call `done` once, when the connection is free again or gone.

    `head` is the status line and the headers, each with its line end, without a length and the empty line.
    """
    if transport.is_closing():
        done()
    elif delivery.way == "whole":
        transport.writelines([b"%bContent-Length: %d\r\n\r\n" % (head, len(body)), body])
        done()
    elif delivery.way == "slow":
        transport.write(b"%bContent-Length: %d\r\n\r\n" % (head, len(body)))
        _send_pieces(transport, body, delivery, done)
    elif delivery.way == "hang":
        asyncio.get_running_loop().call_later(delivery.seconds, _close, transport, done)
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


def _close(transport: asyncio.Transport, done: Callable[[], None]) -> None:
    transport.close()
    done()
