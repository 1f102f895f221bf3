"""What is asked about articles on their way, for several at once: one round trip where the ledger is on a server."""

from collections.abc import Collection, Iterable
from typing import Any

from espreso_crawler.ledger.articles.articles import Bearer, Entity, bearers, chosen, known_of, question
from espreso_crawler.ledger.articles.decisions import Known
from espreso_crawler.ledger.articles.neighbours import Near
from espreso_crawler.ledger.articles.suppression import forgotten_of, hashes, known_key
from espreso_crawler.ledger.session import Session
from espreso_crawler.ledger.store import article_rows, suppressed_rows


class Lookups:
    """Which articles bear which names, and which texts are near: answers that hold until this process commits.

    Another process may commit meanwhile: a flush that meets another `version` asks once more, under its lock.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._expected: tuple[frozenset[str], frozenset[Near]] = frozenset(), frozenset()
        self._commits = -1
        self._version = -1
        self._key: bytes | None = None
        self._forgotten = set[str]()
        self._bearers = dict[str, list[Bearer]]()
        self._known = dict[int, Known | None]()
        self._near = dict[Near, list[Any]]()

    @property
    def version(self) -> int:
        """The ledger's version before the first question since this process's last commit."""
        self._renew()
        return self._version

    def clear(self) -> None:
        """Ask everything once more."""
        self._commits = -1

    def expect(self, names: Iterable[str], texts: Iterable[Near]) -> None:
        """Ask about articles on their way; after a commit, the first of them that needs an answer asks for all."""
        self._expected = frozenset(names), frozenset(texts)
        self.ask(*self._expected)

    def find(self, names: Collection[str], entity: Entity | None = None) -> list[int]:
        """Return the keys of the articles that bear one of these names: see `articles.chosen`."""
        self._answer(names)
        return chosen({name: self._bearers[name] for name in names}, entity)

    def known(self, key: int) -> Known | None:
        """Return what stands of an article that was found."""
        return self._known[key]

    def is_later(self, name: str) -> bool:
        """Whether an article was not first written under this name."""
        self._answer([name])
        return all(bearer.is_later for bearer in self._bearers[name])

    def is_forgotten(self, names: Collection[str]) -> bool:
        """Whether one of these names was forgotten."""
        self._answer(names)
        return not self._forgotten.isdisjoint(names)

    def near(self, text: Near) -> list[Any]:
        """Return id, time and sketch of the committed texts that share most keys with one, its own among them."""
        self._answer((), (text,))
        return self._near[text]

    def ask(self, names: Iterable[str], texts: Iterable[Near] = ()) -> None:
        """Ask what is not known yet: in one round trip where no article is known, else in two."""
        self._renew()
        names = [name for name in names if name not in self._bearers]
        texts = [text for text in texts if text not in self._near]
        if not names and not texts:
            return
        asked = [question(names), *(text.question() for text in texts)]
        is_first = not self._bearers
        found, *near = self._session.db.answers([*asked, suppressed_rows.key()] if is_first else asked)
        if is_first:
            self._key = known_key(near.pop())
        self._bearers |= bearers(names, found)
        self._near |= zip(texts, near, strict=True)
        self._learn(names)

    def _learn(self, names: Collection[str]) -> None:
        """Ask what stands of those that bear names, and which names were forgotten."""
        found = {bearer.key for name in names for bearer in self._bearers[name]} - self._known.keys()
        digests = hashes(self._key, names) if self._key and names else {}
        if not found and not digests:
            return
        asked = [article_rows.known(found), *suppressed_rows.among([*digests])]
        known, *forgotten = self._session.db.answers(asked)
        self._known |= dict.fromkeys(found) | {each.key: each for each in map(known_of, known)}
        self._forgotten |= forgotten_of(digests, forgotten)

    def _answer(self, names: Collection[str], texts: Collection[Near] = ()) -> None:
        self._renew()
        if self._bearers.keys() >= set(names) and self._near.keys() >= set(texts):
            return
        others, near = self._expected
        if others.isdisjoint(names) and near.isdisjoint(texts):
            self.ask(names, texts)
        else:
            self.ask(others | set(names), near | set(texts))

    def _renew(self) -> None:
        db = self._session.db
        if self._commits != db.commits:
            self._commits, self._version = db.commits, db.version()
            for answers in (self._bearers, self._known, self._near, self._forgotten):
                answers.clear()
