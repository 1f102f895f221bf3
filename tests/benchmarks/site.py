"""The demo site in a process of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from espreso_crawler.demo_site.application import Application
from espreso_crawler.demo_site.options import SiteOptions
from espreso_crawler.demo_site.server import listening, url_of
from espreso_crawler.demo_site.site import Site

OPTIONS = SiteOptions()


@contextmanager
def served() -> Iterator[str]:
    """Run the site while the block runs; yields its address."""
    command = [sys.executable, "-m", "tests.benchmarks.site"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def article_urls(base: str, count: int) -> list[str]:
    """Return the addresses of the newest articles."""
    site = Site(OPTIONS)
    return [f"{base}/{site.brief(number).slug}" for number in range(site.newest, site.newest - count, -1)]


async def serve() -> None:
    """Serve until the process is ended; the first line on stdout is the address."""
    server = await listening(Application(Site(OPTIONS)))
    print(url_of(server), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
