"""Run a site of the tests as a process of its own: `python -m tests.site --port 8000`; SIGTERM ends it."""

import argparse
import asyncio
import gc
import json
import signal

import uvloop

from espreso_crawler.demo_site.server import listening, url_of
from tests.site.application import Application
from tests.site.options import options_from
from tests.site.site import Site


def main() -> None:
    """Serve until a signal; print the site's URL once it listens."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--options", default="{}", metavar="JSON", help="fields of SiteOptions")
    asked = parser.parse_args()
    # Nothing here is cyclic garbage; looking for it costs a tenth of the pages per second.
    gc.disable()
    uvloop.run(_serve(Application(Site(options_from(json.loads(asked.options)))), asked.host, asked.port))


async def _serve(application: Application, host: str, port: int) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    server = await listening(application, host, port)
    print(url_of(server), flush=True)  # noqa: T201  # the program's one line of output
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    main()
