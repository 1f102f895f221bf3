"""What is wrong with a record, as the validator and its diagnosis say it."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One error of a record: its top-level field, the path such as ``images[0].url``, and the reason."""

    field: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"
