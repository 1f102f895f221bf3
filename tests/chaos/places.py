"""Where the crawls of one machine write."""

from dataclasses import dataclass
from pathlib import Path

from espreso_crawler.ledger.store.opening import Place


@dataclass(frozen=True)
class Places:
    """A ledger, an output and a state folder; several machines may share the first two."""

    output: Path
    state: Path
    ledger: str = ""
    """The address of a database; empty for the file in the state folder."""

    @property
    def database(self) -> Place:
        """The ledger, as it is opened."""
        return self.ledger or self.state / "ledger.sqlite3"

    def settings(self) -> dict[str, str]:
        """Return the settings that name them."""
        named = {"ESPRESO_OUTPUT": str(self.output), "ESPRESO_STATE": str(self.state)}
        return named | ({"ESPRESO_LEDGER": self.ledger} if self.ledger else {})
