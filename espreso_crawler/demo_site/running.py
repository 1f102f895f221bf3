"""A site that is served as long as a `with` block, by a thread of this process; or sites until a signal."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from espreso_crawler.demo_site.application import Application
from espreso_crawler.demo_site.server import listening, url_of

_STOP_SECONDS = 10


@contextmanager
def running(application: Application, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve a site; yields its URL without a slash at the end. Port 0 takes a free one.

    Raises `OSError` for a port that is taken, `ValueError` for an address that other machines can reach.
    """
    thread = _ServerThread(application, host, port)
    thread.start()
    try:
        yield thread.url()
    finally:
        thread.stop()


async def serve(
    sites: Sequence[tuple[Application, str]], port: int, when_listening: Callable[[Sequence[str]], None]
) -> None:
    """Serve sites, each on its host, until SIGINT or SIGTERM; hands their URLs over when all of them listen.

    Raises what `running` raises, and `OverflowError` for a port that there is not.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    servers = [await listening(application, host, port) for application, host in sites]
    when_listening([url_of(server) for server in servers])
    await stopped.wait()
    for server in servers:
        server.close()


class _ServerThread(threading.Thread):
    """An event loop with one server, apart from the loop of the caller."""

    def __init__(self, application: Application, host: str, port: int) -> None:
        super().__init__(name="demo-site", daemon=True)
        self._application = application
        self._address = (host, port)
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._ready = threading.Event()
        self._url = ""
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except (OSError, ValueError) as error:
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    def url(self) -> str:
        """Return the URL once the server listens; raise what kept it from that."""
        self._ready.wait()
        if self._failure:
            raise self._failure
        return self._url

    def stop(self) -> None:
        """Close the server and its connections."""
        if self.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self.join(_STOP_SECONDS)

    async def _serve(self) -> None:
        server = await listening(self._application, *self._address)
        self._url = url_of(server)
        self._ready.set()
        await self._stopped.wait()
        server.close()
