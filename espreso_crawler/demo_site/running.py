"""A demo site that runs as long as a `with` block: in a thread, or in a process of its own."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import orjson

from espreso_crawler.demo_site.application import Application
from espreso_crawler.demo_site.control import Control
from espreso_crawler.demo_site.options import SiteOptions
from espreso_crawler.demo_site.server import listening, url_of
from espreso_crawler.demo_site.site import Site

_STOP_SECONDS = 10


@dataclass(frozen=True)
class DemoSite:
    """A running site: its URL without a slash at the end, its control client, and the site itself.

    In a process of its own, `site` is its twin by its options, for `truth` and numbers; what `control`
    changes does not reach the twin.
    """

    url: str
    control: Control
    site: Site


@contextmanager
def running(
    options: SiteOptions | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    application: Callable[[SiteOptions | None], Application] = lambda options: Application(Site(options)),
) -> Iterator[DemoSite]:
    """Run a site in a thread of this process; port 0 takes a free one. `demo.site` is the live one.

    `application` makes another site than the plain one, for tests.
    """
    answering = application(options)
    site = answering.site
    thread = _ServerThread(answering, host, port)
    thread.start()
    try:
        url = thread.url()
        yield DemoSite(url, Control(url), site)
    finally:
        thread.stop()


@contextmanager
def running_apart(options: SiteOptions | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[DemoSite]:
    """Run a site in a process of its own, for benchmarks: it shares no interpreter lock with the crawl."""
    options = options or SiteOptions()
    fields = orjson.dumps(asdict(options)).decode()
    command = [
        sys.executable,
        "-m",
        "espreso_crawler.demo_site",
        "--host",
        host,
        "--port",
        str(port),
        "--options",
        fields,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own program
        try:
            url = (process.stdout.readline() if process.stdout else "").strip()
            if not url:
                raise RuntimeError(f"the demo site did not start: {' '.join(command)}")
            yield DemoSite(url, Control(url), Site(options))
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


class _ServerThread(threading.Thread):
    """An event loop with one server, apart from the loop of whoever started it."""

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
