"""Write the options of every command into `docs/commands.md`: `.venv/bin/python docs/reference.py`."""

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from scrapy.cmdline import ScrapyArgumentParser
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from espreso_crawler import commands, settings
from espreso_crawler.commands import ledger

PAGE = Path(__file__).parent / "commands.md"
BEGIN = "<!-- options: made from the commands by: .venv/bin/python docs/reference.py -->"
END = "<!-- end of options -->"
SCRAPYS = {"fetch", "parse", "crawl"}
"""Commands of Scrapy's that are only wrapped: Scrapy's documentation has their options."""


def page() -> str:
    """Return the page with fresh options."""
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{chr(10).join(lines())}\n{END}{after}"


def lines() -> Iterator[str]:
    """Yield the lines of every command."""
    for name, command in commands_by_name():
        yield f"### scrapy {name}"
        yield ""
        yield f"`scrapy {name} {command.syntax()}`".replace(" `", "`")
        yield ""
        rows = list(options_of(command))
        if rows:
            yield "| option | meaning |"
            yield "|---|---|"
            yield from rows
            yield ""


def commands_by_name() -> Iterator[tuple[str, ScrapyCommand]]:
    """Yield the commands with their names; those of the ledger by the names of the family."""
    for module in iter_modules(commands.__path__):
        if module.name.startswith("_") or module.name in SCRAPYS or module.name in ledger.SUBCOMMANDS:
            continue
        command: ScrapyCommand = import_module(f"{commands.__name__}.{module.name}").Command()
        yield module.name, command
        if module.name == "ledger":
            yield from ((f"ledger {name}", each()) for name, each in sorted(ledger.SUBCOMMANDS.items()))


def options_of(command: ScrapyCommand) -> Iterator[str]:
    """Yield a row for each option of a command's own, from argparse's private lists: it has no public ones."""
    command.settings = Settings({name: getattr(settings, name) for name in dir(settings) if name.isupper()})
    parser = ScrapyArgumentParser(add_help=False)
    command.add_options(parser)
    theirs = {action.dest for group in parser._action_groups[2:] for action in group._group_actions}
    for action in parser._actions:
        if action.dest not in theirs and action.help is not argparse.SUPPRESS and action.option_strings:
            value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
            names = ", ".join(f"`{name}{value}`" for name in action.option_strings)
            meaning = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
            choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
            cells = (cell.replace("|", "\\|") for cell in (names, meaning + choices))
            yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
