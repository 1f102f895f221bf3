"""Every error of the project, and the exit codes of a crawl; no behaviour, no scrapy: drop reasons are in `drops.py`.

Each class says who raises it, who catches it and what a user can do.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a crawl tells the shell; the highest that applies wins."""

    OK = 0
    CONFIGURATION = 1  #: settings or start-up: nothing was fetched
    ARGUMENT = 2  #: a bad spider argument or command line: nothing was fetched
    SOURCE = 3  #: start page unreadable, host given up, or challenges for pages: what was not fetched stays pending
    OUTPUT = 4  #: output, ledger or a pipeline failed: what was not written stays pending
    MONITOR = 5  #: a critical monitor: rows are held back
    INTERRUPTED = 130  #: SIGINT
    TERMINATED = 143  #: SIGTERM


class EspresoError(Exception):
    """Root of the project's errors: its text is one line for the person at the terminal."""


class ConfigurationError(EspresoError):
    """A setting has no usable value.

    Raised by add-on, extensions and spiders; the crawl or command does not start. Correct the setting that it names.
    """


class ArgumentError(EspresoError):
    """A spider argument cannot be understood, or a command's argument names nothing that exists.

    Raised by ``spiders/arguments.py`` and ``ledger/``. Commands, and a crawl before its first request, turn it into
    exit code 2.
    """


class PageError(EspresoError):
    """A fetched page cannot be used. Raised by ``pages/``; spiders catch it and record it in the ledger."""


class BrokenPage(PageError):
    """The bytes are not a whole page (for a list: not XML): empty, cut or unreadable. A crawl fetches it again."""


class NotAnArticle(PageError):
    """A readable page that holds no article: tag, rubric, author or error page, or a challenge."""


class LayoutError(PageError):
    """A page has no news feed, neither by markup nor by structure, or a list is of another kind. Look at the page."""


class BrowserError(EspresoError):
    """The browser could not open a page or press its button; the text says why.

    Raised by ``browser/`` as the result of a request; an errback in ``spiders/browsing.py`` records it.
    """


class FieldError(PageError):
    """A processor failed on a value; names the field, the processor and the value. A bug: report the page."""


class LedgerError(EspresoError):
    """The ledger or the output cannot be used; what was not written stays pending.

    Raised by ``ledger/``; `LedgerExtension` closes the crawl with exit code 4.
    """


class NameTaken(LedgerError):
    """Other data lies in a bucket where the ledger planned a sealed file.

    Raised by ``ledger/delivery/objects.py``; nothing more is sealed until ``scrapy ledger reconcile --fix``, which goes
    on beside it, has put it aside.
    """


class StorageError(LedgerError, OSError):
    """Object storage did not answer well; takes errno, text and address, as OSError does. `ObjectPath` raises it."""

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


class ArchiveError(LedgerError):
    """The archive of pages cannot be written or read; the text names the file.

    Raised by ``archive/``. `ArchiveExtension` counts an answer that cannot be kept, and the crawl goes on; when what a
    draft points to cannot be made durable, the crawl ends as by any `LedgerError`.
    """


class UnreadableArchive(EspresoError):
    """A file of an archive, or a record in it, cannot be read; the text names file and byte. The rest is read.

    Raised by ``archive/reading/``; told, and counted, by the spider or command that reads the archive.
    """


class ClusterError(EspresoError):
    """A cluster that was to read an archive cannot, or is lost: what was not read is read by the next call.

    Raised by ``cluster/``; the crawl or command ends with exit code 3.
    """


class ContractBroken(EspresoError):
    """A pipeline of your own returned something that is not an article; the text names it and says what to return.

    Raised by ``pipelines/processor.py``; Scrapy logs it, and `LedgerExtension` counts a failed attempt of the entry.
    """


class HeldBack(EspresoError):
    """A request taken back from the downloader's queue because its host asked for a pause.

    Raised by `MannersExtension`, caught by `BackoffMiddleware`, which schedules the request again.
    """
