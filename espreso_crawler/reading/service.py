"""The work of the process that reads pages beside a crawl; it ends when the crawl does, whatever that died of."""

import gc
import os
import signal
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from espreso_crawler.reading import frames
from espreso_crawler.reading.article_page import Asked, read
from espreso_crawler.reading.preparation import Preparation

STDIN, STDOUT, STDERR = range(3)


def run(questions: BinaryIO, answers: BinaryIO, preparation: Preparation) -> NoReturn:
    """Be this process from the fork to its end: past this call the crawl's own code would run a second time."""
    status = 1
    try:
        _leave_the_crawl(questions.fileno(), answers.fileno())
        with suppress(EOFError, BrokenPipeError):
            serve(questions, answers, preparation)
        status = 0
    except BaseException:  # noqa: BLE001  # nobody above is to handle it
        traceback.print_exc()
    finally:
        os._exit(status)  # what the crawl would do at its exit is not for this process


def serve(questions: BinaryIO, answers: BinaryIO, preparation: Preparation) -> None:
    """Read pages in the order in which they are asked for. Raises EOFError or BrokenPipeError when the crawl ends."""
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Asked)
    while True:
        asked = decoder.decode(frames.read(questions))
        reading = read(frames.read(questions), asked)
        if reading.article is not None:
            reading.prepared = preparation.of(reading.article)
        frames.write(answers, encoder.encode(reading))


def _leave_the_crawl(*kept: int) -> None:
    """Let go of everything that belongs to the crawl; of its open files, a copy here would outlive it."""
    os.setsid()  # what is typed at the crawl's terminal is for the crawl
    signal.set_wakeup_fd(-1)
    gc.freeze()  # what the crawl has loaded is not searched for reference cycles, and nothing of it ended here
    # Not `os.closerange` up to the limit: where the kernel has no call for it, a limit of a billion takes minutes.
    for descriptor in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if descriptor > STDERR and descriptor not in kept:
            with suppress(OSError):  # the one by which they are listed is closed by now
                os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, STDIN)
    os.dup2(nothing, STDOUT)
