"""A new ledger from sealed files, when the old one is gone; what never was emitted is not in them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.identity import host_of
from espreso_crawler.ledger import articles, files, shelf
from espreso_crawler.ledger.database import Database
from espreso_crawler.ledger.decisions import shortened
from espreso_crawler.ledger.lines import STREAMS, Stream
from espreso_crawler.ledger.rules import Rules
from espreso_crawler.ledger.suppression import suppress
from espreso_crawler.ledger.times import epoch_of, utc_now, utc_text

Digested = Callable[[dict[str, Any]], Any]
