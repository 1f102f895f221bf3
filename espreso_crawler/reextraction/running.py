"""Records given to workers, and their outcomes back in the same order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator

from espreso_crawler.reading import Engine, Processes
from espreso_crawler.reextraction.work import Outcome, ReextractionWork

AT_ONCE = 16
"""Outcomes that are taken out of the loop together."""


def started(
    count: int, work: ReextractionWork, tell: Callable[[str], None], make: Callable[[], Engine] | None = None
) -> Processes[Outcome] | None:
    """Return `count` processes, or the workers of another engine, at work; None when there can be none.

    Raises `ConfigurationError` when a cluster is of no use.
    """
    if make is None and count == 0:
        return None
    processes = Processes(count, work, tell, make)
    try:
        processes.start()
    except OSError as error:
        tell(str(error))
    return processes


def outcomes(lines: Iterable[bytes], work: ReextractionWork, processes: Processes[Outcome] | None) -> Iterator[Outcome]:
    """Yield what becomes of each record; in this process without others, or when none can be had.

    Raises `ClusterError` when the cluster is lost.
    """
    if processes is None:
        yield from (work.decoded(work.answer(line)) for line in lines)
        return
    with asyncio.Runner() as runner:
        found = _outcomes(lines, work, processes)
        try:
            while several := runner.run(_next(found)):
                yield from several
        finally:
            processes.close()
            runner.run(found.aclose())


async def _next(found: AsyncGenerator[Outcome, None]) -> list[Outcome]:
    """Return some outcomes, none at the end: to enter and leave the loop costs more than what it does for one."""
    several = list[Outcome]()
    async for outcome in found:
        several.append(outcome)
        if len(several) == AT_ONCE:
            break
    return several


async def _outcomes(
    lines: Iterable[bytes], work: ReextractionWork, processes: Processes[Outcome]
) -> AsyncGenerator[Outcome, None]:
    waiting: deque[tuple[bytes, asyncio.Task[Outcome | None]]] = deque()
    try:
        for line in lines:
            waiting.append((line, asyncio.ensure_future(processes.ask(line))))
            if len(waiting) >= processes.window:
                yield await _answer(*waiting.popleft(), work)
        while waiting:
            yield await _answer(*waiting.popleft(), work)
    finally:  # the cluster is lost, or the caller has seen enough
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)


async def _answer(line: bytes, task: "asyncio.Task[Outcome | None]", work: ReextractionWork) -> Outcome:
    return await task or work.decoded(work.answer(line))
