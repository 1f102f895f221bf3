"""``scrapy ledger tail``: the lines of sealed segments to standard output, for other programs; needs no ledger."""

import argparse
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

from espreso_crawler.exceptions import ArgumentError, ExitCode, LedgerError
from espreso_crawler.ledger import STREAMS, LedgerCare, SealedLine
from espreso_crawler.ledger_command import LedgerCommand
from espreso_crawler.object_path import ObjectPath, OutputPath
from espreso_crawler.places import places

POLL_SECONDS = 1.0
BUCKET_POLL_SECONDS = 5.0
"""A look at a bucket is a request for each thousand objects, and requests cost money."""
NAP_MILLISECONDS = 100
CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Command(LedgerCommand):
    """Prints sealed lines in the order in which they became visible; says the last segment's number on stderr."""

    purpose = "Print the lines of sealed segments; with --follow, wait for new ones"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument(
            "--after", type=int, default=0, metavar="N", help="only segments (sealed files) above this number"
        )
        parser.add_argument("--follow", action="store_true", help="wait for new segments until interrupted")
        parser.add_argument("--stream", choices=STREAMS, default="articles", help="which lines (default: articles)")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is sealed; with ``--follow`` look for more about once a second, in a bucket every five."""
        output, stop = places(self.given).output, Stop()
        if opts.after < 0:
            raise ArgumentError(f"--after {opts.after}: segments are numbered from 1; 0 for all of them")
        if not opts.follow and not output.is_dir():
            raise LedgerError(f"{output}: there is no output folder; ESPRESO_OUTPUT names it")
        _check(output, opts)
        last = self._tail(output, opts, stop)
        print(f"scrapy {self.called or self.name}: last segment {last}", file=sys.stderr)
        if stop.number and not opts.follow:
            self.exitcode = int(CODES[stop.number])

    def _tail(self, output: OutputPath, opts: argparse.Namespace, stop: "Stop") -> int:
        last: int = opts.after
        while not stop.number:
            before = last
            last = _print(LedgerCare.tail(output, after=last, stream=opts.stream), last, stop)
            # A segment that was rewritten while it was read is there again: go on until a look finds nothing new.
            if last == before and not opts.follow:
                break
            if last == before:
                _wait(stop, BUCKET_POLL_SECONDS if isinstance(output, ObjectPath) else POLL_SECONDS)
        return last


def _check(output: OutputPath, opts: argparse.Namespace) -> None:
    """Refuse a number that no segment has had: its lines are there already, or never come."""
    newest = max((file.number for file in LedgerCare.newer(output, after=0, stream=opts.stream)), default=0)
    if opts.after > newest:
        there = f"the newest segment of {opts.stream} is {newest}" if newest else f"no {opts.stream} are sealed yet"
        raise ArgumentError(f"--after {opts.after}: {there}")


class Stop:
    """Notes the first SIGINT or SIGTERM, so that no line is cut; the second one ends the process at once."""

    def __init__(self) -> None:
        self.number: signal.Signals | None = None
        for number in CODES:
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: Any) -> None:
        self.number = signal.Signals(number)
        for each in CODES:
            signal.signal(each, signal.SIG_DFL)


def _print(lines: Iterator[SealedLine], after: int, stop: Stop) -> int:
    """Print lines until they end or a stop is asked for; returns the number of the last whole segment."""
    finished = segment = after
    for sealed in lines:
        if sealed.segment != segment:
            finished, segment = segment, sealed.segment
        if stop.number:
            return finished
        _put(sealed.line)
    return segment


def _put(line: bytes) -> None:
    """Write a line whole: a buffered writer that a signal interrupts in a full pipe was seen to drop its last part."""
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(sys.stdout.fileno(), rest) :]


def _wait(stop: Stop, seconds: float) -> None:
    """Wait for the next look; raises BrokenPipeError when the reader is gone, who would else be noticed too late."""
    reader = select.poll()
    reader.register(sys.stdout.fileno(), 0)
    until = time.monotonic() + seconds
    while not stop.number and time.monotonic() < until:
        if reader.poll(NAP_MILLISECONDS):
            raise BrokenPipeError
