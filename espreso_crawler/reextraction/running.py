"""Records given to processes, and their outcomes back in the same order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator

import msgspec

from espreso_crawler.reading import Processes
from espreso_crawler.reextraction.work import Outcome, ReextractionWork, Settings

AHEAD = 32
"""Records under way for each process."""


class _Named(msgspec.Struct):
    id: str


_NAMED = msgspec.json.Decoder(_Named)


def outcomes(lines: Iterable[bytes], settings: Settings, count: int, tell: Callable[[str], None]) -> Iterator[Outcome]:
    """Yield what becomes of each record, in `count` processes; in this one with 0, or when no process can be had."""
    work = ReextractionWork(settings)
    if count == 0:
        yield from (work.decoded(work.answer(line)) for line in lines)
        return
    with asyncio.Runner() as runner:
        processes = Processes(count, work, tell)
        found = _outcomes(lines, work, processes, AHEAD * count)
        try:
            _start(processes, tell)
            while (outcome := runner.run(anext(found, None))) is not None:
                yield outcome
        finally:
            processes.close()
            runner.run(found.aclose())


def _start(processes: Processes[Outcome], tell: Callable[[str], None]) -> None:
    """Start the processes; where there can be none, they give every question back."""
    try:
        processes.start()
    except OSError as error:
        tell(str(error))


async def _outcomes(
    lines: Iterable[bytes], work: ReextractionWork, processes: Processes[Outcome], most: int
) -> AsyncGenerator[Outcome, None]:
    waiting: deque[tuple[bytes, asyncio.Task[Outcome | None]]] = deque()
    for line in lines:
        waiting.append((line, asyncio.ensure_future(processes.ask(_NAMED.decode(line).id, line))))
        if len(waiting) >= most:
            yield await _answer(*waiting.popleft(), work)
    while waiting:
        yield await _answer(*waiting.popleft(), work)


async def _answer(line: bytes, task: "asyncio.Task[Outcome | None]", work: ReextractionWork) -> Outcome:
    return await task or work.decoded(work.answer(line))
