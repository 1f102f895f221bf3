"""Machines that come back after others have taken them for dead: their packets change nothing, nor do their files."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger import ledger as ledger_module
from espreso_crawler.ledger.delivery import files
from espreso_crawler.ledger.store.opening import opened
from tests.chaos.verdict import verdict
from tests.ledger import builders
from tests.ledger.builders import HOST, asked, draft, open_ledger
from tests.ledger.test_postgresql import assert_whole, begun, end, end_session, place
from tests.postgres import socket_of, through
from tests.proxy import Proxy, between
from tests.waiting import PATIENCE

DRIVERS = (builders.POSTGRESQL,)


@pytest.mark.parametrize(
    ("is_session_over", "told"),
    [(True, "the run ends here, and what was not committed stays pending"), (False, "was ended by another process")],
)
def test_a_late_packet_changes_nothing(tmp_path: Path, postgresql: str, *, is_session_over: bool, told: str) -> None:
    """Neither when the server has ended the session, nor when only the fence stands in its way."""
    with between(socket_of(postgresql)) as proxy:
        late_packet(tmp_path, proxy, is_session_over=is_session_over, told=told)


def late_packet(tmp_path: Path, proxy: Proxy, *, is_session_over: bool, told: str) -> None:
    ledger = begun(tmp_path, by=through(place(tmp_path), proxy.port))
    process = ledger.session.db.row("SELECT pg_backend_pid()")[0]
    failed = list[LedgerError]()

    def flush() -> None:
        try:
            ledger.outbox.flush()
        except LedgerError as error:
            failed.append(error)

    proxy.hold()
    late = threading.Thread(target=flush)
    late.start()
    assert proxy.is_holding(PATIENCE)
    if is_session_over:
        end(tmp_path, process)
        other = open_ledger(tmp_path, state="another machine's")
        assert other.recovered == [ledger.run.id]
        other.close("finished", 0)
    else:
        with closing(opened(place(tmp_path), busy_seconds=1)) as another:
            another.write("UPDATE runs SET state = 'dead'")
    proxy.let_go()
    late.join(PATIENCE)
    assert len(failed) == 1 and told in str(failed[0])
    assert asked(tmp_path, "SELECT count(*) FROM outbox WHERE stream = 'articles'") == 0
    ledger.abandon()
    if is_session_over:
        assert_whole(tmp_path)


@pytest.mark.parametrize("step", ["write_lines", "write_document", "deliver"])
def test_a_sealer_that_comes_back_from_a_partition_delivers_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ledger = begun(tmp_path)
    ledger.outbox.flush()
    real = getattr(files, step)

    def partition(*arguments: Any) -> Any:
        monkeypatch.undo()
        end_session(tmp_path, ledger)
        other = open_ledger(tmp_path, state="another machine's")
        for lease in other.entries.take([HOST]):
            other.outbox.emit(draft(lease.url))
        other.close("finished", 0)
        return real(*arguments)

    monkeypatch.setattr(files, step, partition)
    monkeypatch.setattr(ledger_module, "CLOSE_WAIT", 0.05)
    with pytest.raises(LedgerError):
        ledger.segments.seal()
    ledger.abandon()
    assert_whole(tmp_path)
    written = verdict(tmp_path / "output", ())
    assert (written.doubled, written.out_of_order) == ([], [])
    assert [each for each in written.torn if "left over" in each or "manifest" in each] == []
