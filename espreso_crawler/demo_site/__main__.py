"""Run demo sites as a process of their own: `python -m espreso_crawler.demo_site --port 8000`."""

import argparse
import asyncio
import gc
import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop

from espreso_crawler.demo_site.application import Application
from espreso_crawler.demo_site.options import SiteOptions, options_from
from espreso_crawler.demo_site.server import listening, url_of
from espreso_crawler.demo_site.site import Site
from espreso_crawler.demo_site.timeline import KYIV


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; print the URLs of the sites in one line once they listen."""
    asked = _parser().parse_args(arguments)
    options = _options(asked)
    sites = [(options, asked.host, asked.port)]
    for also in asked.also:
        language, _, address = also.partition("@")
        host, _, port = address.partition(":")
        sites.append((replace(options, language=language), host, int(port or 0)))
    # Nothing here is cyclic garbage; looking for it costs a tenth of the pages per second.
    gc.disable()
    uvloop.run(_serve(sites, asked.address_file))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m espreso_crawler.demo_site", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--address-file", type=Path, help="written once the sites listen: one URL per line")
    parser.add_argument("--language", choices=["en", "uk"], help="edition")
    parser.add_argument("--also", action="append", default=[], metavar="LANGUAGE@HOST[:PORT]", help="a further edition")
    parser.add_argument("--per-day", type=int, help="articles a day")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--now", help="the site's time, ISO 8601; `system` starts at the machine's")
    parser.add_argument("--clock-rate", type=float, help="site seconds per real second; 0 stands still")
    parser.add_argument("--layout", help="see options.py")
    parser.add_argument("--page-bytes", type=int)
    parser.add_argument("--latency", type=float, help="seconds before every answer")
    parser.add_argument("--options", default="{}", metavar="JSON", help="any fields of SiteOptions")
    return parser


def _options(asked: argparse.Namespace) -> SiteOptions:
    fields: dict[str, Any] = json.loads(asked.options)
    for name in ("language", "per_day", "seed", "now", "clock_rate", "layout", "page_bytes", "latency"):
        value = getattr(asked, name)
        if value is not None:
            fields[name] = datetime.now(KYIV).isoformat() if (name, value) == ("now", "system") else value
    return options_from(fields)


async def _serve(sites: Sequence[tuple[SiteOptions, str, int]], address_file: Path | None) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    servers = [await listening(Application(Site(options)), host, port) for options, host, port in sites]
    urls = [url_of(server) for server in servers]
    if address_file:
        # Renamed into place, so that whoever waits for the file never reads half of it.
        part = address_file.with_name(address_file.name + ".part")
        part.write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
        part.rename(address_file)
    print(*urls, flush=True)  # noqa: T201  # the program's one line of output
    await stopped.wait()
    for server in servers:
        server.close()


if __name__ == "__main__":
    main()
