"""Hosts that this run alone asks: a lock for each, which ends with the run, in whatever way it ends."""

from collections.abc import Collection
from urllib.parse import quote

from espreso_crawler.ledger.liveness import Lock
from espreso_crawler.ledger.session import Session

SUFFIX = ".host.lock"


class Guests:
    """``ledger.guests``: a run is a host's only guest, among all runs that share the ledger."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enter(self, hosts: Collection[str]) -> set[str]:
        """Take the locks of hosts until the ledger is closed; returns the hosts that another run has.

        A ledger in memory is nobody else's: there, every host is free.
        """
        return {host for host in sorted(hosts) if not self._enter(host)}

    def _enter(self, host: str) -> bool:
        session = self._session
        if session.locks is None:
            return True
        lock = Lock.take(session.locks / f"{quote(host, safe='')}{SUFFIX}", session.db.locks)
        if lock is not None:
            session.host_locks.append(lock)
        return lock is not None
