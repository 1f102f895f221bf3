"""Run the benchmarks and print one table each; ratios compare runs that were interleaved on this machine."""

import argparse

from tests.benchmarks import archive, browser, crawl, export, extraction, ledger, memory, page, postgresql, tagging

BENCHMARKS = {
    "extraction": extraction.table,
    "crawl": crawl.table,
    "archive": archive.table,
    "postgresql": postgresql.table,
    "ledger": ledger.table,
    "memory": memory.table,
    "tagging": tagging.table,
    "browser": browser.table,
    "export": export.table,
    "report": page.table,
}


def main() -> None:
    """Run all benchmarks, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)} (default: all)")
    names = parser.parse_args().names
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
