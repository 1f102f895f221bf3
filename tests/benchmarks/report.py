"""How results are shown."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table


def show(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]], note: str = "") -> None:
    """Print a table; all columns but the first are numbers."""
    table = Table(title=title, title_justify="left", caption=note, caption_justify="left")
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
