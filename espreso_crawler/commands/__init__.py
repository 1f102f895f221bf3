"""What a person or a job runs: crawl, extract, demo; thin, the work is done elsewhere."""

import sys

from scrapy.commands import ScrapyCommand

from espreso_crawler.exceptions import ExitCode


def refuse(command: ScrapyCommand, reason: str, code: ExitCode) -> None:
    """Print why a command does not do what was asked, and set the code it exits with."""
    name = type(command).__module__.rpartition(".")[2]
    print(f"scrapy {name}: {reason}", file=sys.stderr)
    command.exitcode = int(code)
