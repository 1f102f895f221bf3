"""The ledger's tests run twice: with an SQLite file, and with a schema of a PostgreSQL server's."""

from collections.abc import Iterator

import pytest

from tests.ledger import builders


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test both databases, unless it names them itself, or its module in `DRIVERS` says what it is about.

    Tests of drawn examples open hundreds of ledgers, and are about what lies above the database.
    """
    drivers = getattr(metafunc.module, "DRIVERS", builders.DRIVERS)
    if hasattr(metafunc.function, "hypothesis"):
        drivers = (builders.SQLITE,)
    if not any("driver" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")):
        metafunc.parametrize("driver", drivers, indirect=True)


@pytest.fixture(autouse=True)
def driver(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let `builders.database` name ledgers of this kind."""
    kind = getattr(request, "param", builders.SQLITE)  # hypothesis's machines take none
    builders.server = request.getfixturevalue("postgresql") if kind == builders.POSTGRESQL else None
    yield kind
    builders.server = None
