"""``scrapy retract RUN|ID --reason TEXT``: takes wrong rows back; the next crawl fetches their articles again."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from espreso_crawler.commands import refuse
from espreso_crawler.commands.ledger import places_with_ledger
from espreso_crawler.exceptions import ArgumentError, ConfigurationError, ExitCode, LedgerError
from espreso_crawler.exporters import end_line
from espreso_crawler.extensions.ledger import rules_of
from espreso_crawler.items import SCHEMA_VERSION
from espreso_crawler.ledger import Ledger, Run, new_run_id
from espreso_crawler.ledger.inspection import SEAL_WAIT
from espreso_crawler.ledger.retraction import retract

UNSEALED = "SELECT count(*) FROM outbox WHERE run = ? AND stream = 'articles'"


class Command(ScrapyCommand):
    """Emits a ``retracted`` line for every article that a run wrote, or for one article."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the usage line."""
        return "<RUN|ID> --reason TEXT"

    def short_desc(self) -> str:
        """Return the line in the list of commands."""
        return "Take back what a run wrote, or one article"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add this command's options."""
        super().add_options(parser)
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it goes into the emitted lines")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Retract, seal, and print what was emitted."""
        if len(args) != 1:
            raise UsageError("give one run or article id")
        assert self.settings  # noqa: S101  # Scrapy sets them before it calls run
        try:
            target, reason = checked(args[0]), checked(opts.reason)
            with ledger_of_its_own(self.settings, "retract", {"target": target, "reason": reason}) as ledger:
                decisions = retract(
                    ledger, target, reason=reason, schema_version=SCHEMA_VERSION, line=end_line(ledger.run.id)
                )
            for decision in decisions:
                print(f"{decision.event} {decision.id} revision {decision.revision}")
        except ArgumentError as error:
            refuse(self, str(error), ExitCode.ARGUMENT)
        except ConfigurationError as error:
            refuse(self, str(error), ExitCode.CONFIGURATION)
        except LedgerError as error:
            refuse(self, str(error), ExitCode.OUTPUT)


def checked(text: str) -> str:
    """Return an argument without white space around it; raises ArgumentError when a line cannot hold it."""
    if not (stripped := text.strip()):
        raise ArgumentError("the target and --reason must say something")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"{stripped!r}: not in UTF-8") from None
    return stripped


@contextmanager
def ledger_of_its_own(settings: BaseSettings, name: str, arguments: Mapping[str, str]) -> Iterator[Ledger]:
    """Open an existing ledger for a command that emits lines, as a run; everything is sealed at the end."""
    where, file = places_with_ledger(settings)
    if not file.exists():
        raise LedgerError(f"{file}: there is no ledger")
    started_at = datetime.now(UTC)
    run = Run(new_run_id(started_at), name, arguments, started_at)
    ledger = Ledger.open(file, output=where.output, state=where.state, run=run, rules=rules_of(settings))
    try:
        yield ledger
        _seal(ledger)
    except LedgerError:
        with suppress(LedgerError):
            ledger.close("refused", ExitCode.OUTPUT)
        raise
    except BaseException:
        ledger.abandon()
        raise
    ledger.close("finished", ExitCode.OK)


def _seal(ledger: Ledger) -> None:
    """Seal what the command emitted, waiting for another process that seals."""
    ledger.segments.seal(wait=SEAL_WAIT)
    if left := ledger.session.db.row(UNSEALED, (ledger.run.id,))[0]:
        raise LedgerError(
            f"{left} lines are written but not sealed: another process seals; they go out with a later seal"
        )
