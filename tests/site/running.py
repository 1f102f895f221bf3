"""A site of the tests that runs as long as a `with` block: in a thread, or in a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import orjson

from espreso_crawler import demo_site
from tests.checkout import ROOT
from tests.site.application import Application
from tests.site.control import Control
from tests.site.options import SiteOptions
from tests.site.site import Site
from tests.waiting import PATIENCE


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
    """Run a site in a thread of this process; port 0 takes a free one. `demo.site` is the live one."""
    answering = application(options)
    with demo_site.running(answering, host=host, port=port) as url:
        yield DemoSite(url, Control(url), answering.site)


@contextmanager
def running_apart(options: SiteOptions | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[DemoSite]:
    """Run a site in a process of its own, for benchmarks: it shares no interpreter lock with the crawl."""
    options = options or SiteOptions()
    command = [sys.executable, "-m", "tests.site", "--host", host, "--port", str(port)]
    command += ["--options", orjson.dumps(asdict(options)).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # our own program
        try:
            url = (process.stdout.readline() if process.stdout else "").strip()
            if not url:
                raise RuntimeError(f"the site did not start: {' '.join(command)}")
            yield DemoSite(url, Control(url), Site(options))
        finally:
            process.terminate()
            process.wait(PATIENCE)
