"""What is wrong with single files of the archive: the others are done first, then all of it is said at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from espreso_crawler.exceptions import ArchiveError


class Faults:
    """Collects what keeps files from being worked on."""

    def __init__(self) -> None:
        self._said: list[str] = []

    @contextmanager
    def of(self, path: Path) -> Iterator[None]:
        """Note an error of work on a file, and go on behind the block."""
        try:
            yield
        except ArchiveError as error:
            self._said.append(str(error))
        except OSError as error:
            self._said.append(f"{error.filename or path}: {error.strerror}")
        except (ValueError, LookupError) as error:  # what it holds is not what a crawl writes
            self._said.append(f"{path}: not as a crawl writes it: {type(error).__name__}: {error}")

    def tell(self) -> None:
        """Raise one `ArchiveError` with all that was noted, if anything was."""
        if self._said:
            raise ArchiveError("; ".join(self._said))
