"""The process that reads pages beside a crawl: ``python -m espreso_crawler.reading``, with the crawl at its stdin."""

import gc
import signal
import socket
import sys
from contextlib import suppress

import msgspec

from espreso_crawler.reading import frames
from espreso_crawler.reading.article_page import Asked, read
from espreso_crawler.reading.preparation import Preparation
from espreso_crawler.reading.reader_process import READY


def serve(crawl: socket.socket) -> None:
    """Read pages in the order in which they are asked for, until the crawl closes its end or dies."""
    stream = crawl.makefile("rb")
    preparation = msgspec.json.decode(frames.read(stream), type=Preparation)
    preparation.warm()
    gc.freeze()  # what is loaded by now stays: no need to search it for reference cycles
    _send(crawl, READY)
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Asked)
    while True:
        asked = decoder.decode(frames.read(stream))
        reading = read(frames.read(stream), asked)
        if reading.article is not None:
            reading.prepared = preparation.of(reading.article)
        _send(crawl, encoder.encode(reading))


def _send(crawl: socket.socket, message: bytes) -> None:
    crawl.sendall(frames.head(message) + message)


if __name__ == "__main__":
    # A service manager sends them to every process of a crawl; the crawl ends this one by closing the stream.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(EOFError, ConnectionError):
        serve(socket.socket(fileno=sys.stdin.fileno()))
