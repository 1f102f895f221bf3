"""Messages on a stream of bytes, each behind its length."""

from collections.abc import Iterator
from typing import BinaryIO

LENGTH_BYTES = 4


def head(message: bytes) -> bytes:
    """Return what goes before a message."""
    return len(message).to_bytes(LENGTH_BYTES, "big")


def read(stream: BinaryIO) -> bytes:
    """Return the next message of a blocking stream. Raises EOFError at its end."""
    return _exactly(stream, int.from_bytes(_exactly(stream, LENGTH_BYTES), "big"))


def write(stream: BinaryIO, message: bytes) -> None:
    """Write a message to a blocking stream without buffer, which may take it in pieces."""
    left = memoryview(head(message) + message)
    while left:
        left = left[stream.write(left) :]


class Frames:
    """The messages in bytes that arrive in pieces."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def of(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that are whole with these bytes."""
        rest = self._rest
        rest += data
        while len(rest) >= LENGTH_BYTES:
            end = LENGTH_BYTES + int.from_bytes(rest[:LENGTH_BYTES], "big")
            if len(rest) < end:
                return
            message = bytes(rest[LENGTH_BYTES:end])
            del rest[:end]
            yield message


def _exactly(stream: BinaryIO, count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError
    return content
