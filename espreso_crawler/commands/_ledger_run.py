"""What commands that write to the ledger share: a run of their own, whose lines are sealed when they end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from scrapy.settings import BaseSettings

from espreso_crawler import record
from espreso_crawler.commands.ledger import places_with_ledger
from espreso_crawler.exceptions import ArgumentError, ExitCode, LedgerError
from espreso_crawler.extensions.ledger import rules_of
from espreso_crawler.ledger import Ledger, Run, new_run_id
from espreso_crawler.ledger.care.inspection import SEAL_WAIT
from espreso_crawler.ledger.store import outbox_rows


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
    ledger = Ledger.open(file, output=where.output, state=where.state, run=run, record=record, rules=rules_of(settings))
    try:
        yield ledger
        _seal(ledger)
    except (ArgumentError, LedgerError) as error:
        with suppress(LedgerError):
            ledger.close("refused", ExitCode.ARGUMENT if isinstance(error, ArgumentError) else ExitCode.OUTPUT)
        raise
    except BaseException:
        ledger.abandon()
        raise
    ledger.close("finished", ExitCode.OK)


def _seal(ledger: Ledger) -> None:
    """Seal what the command emitted, waiting for another process that seals."""
    ledger.segments.seal(wait=SEAL_WAIT)
    if left := outbox_rows.unsealed(ledger.session.db, ledger.run.id):
        raise LedgerError(
            f"{left} lines are written but not sealed: another process seals; they go out with a later seal"
        )
