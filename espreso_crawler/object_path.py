"""A place in object storage (S3, Google Cloud Storage, Azure), read like a `pathlib.Path`.

Only the methods that readers of the output use, under pathlib's names and with its errors. Writing differs: an object
appears whole, and `create` never replaces one.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self

from espreso_crawler.exceptions import ConfigurationError, LedgerError, StorageError
from espreso_crawler.output_places import SCHEMES

PROBE = ".espreso-probe"
"""Key of the object that `ObjectPath.probe` puts twice; it stays, so that no right to delete is needed."""
RETRY = {"max_retries": 6, "retry_timeout": timedelta(seconds=60), "backoff": {"init_backoff": timedelta(seconds=0.25)}}
"""Six more tries in three to six seconds: a server that is begun again, or asks for a slower pace, ends no crawl."""
LONGEST = 300
"""Characters of a server's answer that an error shows."""
REFUSED = "not allowed: check the credentials in the environment, and that they may list, read and put"
NO_CREDENTIALS = "there are no credentials in the environment, and this machine has no role that gives any"
REASONS = {
    "169.254.169.254": NO_CREDENTIALS,
    "metadata.google.internal": NO_CREDENTIALS,
    "necessary privileges": REFUSED,
    "valid authentication credentials": REFUSED,
    "builder error": "an address with http:// needs AWS_ALLOW_HTTP=true",
}
"""What a text in a client's error means."""


class Bucket:
    """A bucket, or container. Credentials come from the environment or the machine's role, never from the address."""

    def __init__(self, address: str) -> None:
        self.address = address

    @cached_property
    def api(self) -> Any:
        """The client library, loaded only when a bucket is used."""
        try:
            import obstore.store  # noqa: PLC0415
        except ImportError:
            raise ConfigurationError(
                "ESPRESO_OUTPUT: object storage needs obstore; install the extra: pip install 'espreso-crawler[bucket]'"
            ) from None
        return obstore

    @cached_property
    def store(self) -> Any:
        """The client. Raises ConfigurationError when the environment does not say how to reach the bucket."""
        try:
            return self.api.store.from_url(self.address, retry_config=RETRY)
        except self.api.exceptions.BaseError as error:
            raise ConfigurationError(f"{self.address}: {told(error)}") from None


@cache
def bucket_of(address: str) -> Bucket:
    """Return the bucket of an address: one client serves a process."""
    return Bucket(address)


@dataclass(frozen=True, order=True)
class ObjectPath:
    """An object, or the common beginning of the names of objects, which stands for a folder."""

    key: str
    """Relative to the bucket, without slashes at its ends."""
    bucket: Bucket = field(compare=False)
    size: int | None = field(default=None, compare=False)
    """Bytes, where a listing told them."""

    @classmethod
    def of(cls, address: str) -> Self:
        """Return the place that an address names.

        >>> str(ObjectPath.of("s3://news/espreso/") / "runs")
        's3://news/espreso/runs'
        """
        scheme, _, rest = address.partition("://")
        bucket, _, key = rest.partition("/")
        return cls(key.strip("/"), bucket_of(f"{scheme}://{bucket}"))

    def __truediv__(self, name: str) -> "ObjectPath":
        return ObjectPath(f"{self.key}/{name}".strip("/"), self.bucket)

    def __str__(self) -> str:
        return f"{self.bucket.address}/{self.key}".rstrip("/")

    @property
    def name(self) -> str:
        """The last part of the key."""
        return PurePosixPath(self.key).name

    @property
    def parent(self) -> "ObjectPath":
        """The place above."""
        return ObjectPath(self.key.rpartition("/")[0], self.bucket)

    def with_name(self, name: str) -> "ObjectPath":
        """Return the neighbour of this name."""
        return self.parent / name

    def relative_to(self, other: "ObjectPath") -> PurePosixPath:
        """Return the path from another place to this one."""
        return PurePosixPath(self.key).relative_to(other.key)

    def absolute(self) -> "ObjectPath":
        """Return this place: it is absolute."""
        return self

    def resolve(self) -> "ObjectPath":
        """Return this place: a bucket has no links."""
        return self

    def is_dir(self) -> bool:
        """Return True: in a bucket every folder is there, and may be empty."""
        return True

    def is_file(self) -> bool:
        """Whether there is such an object."""
        return self.exists()

    def exists(self) -> bool:
        """Whether there is such an object."""
        try:
            with self._told():
                self.bucket.api.head(self.bucket.store, self.key)
        except FileNotFoundError:
            return False
        return True

    def read_bytes(self) -> bytes:
        """Return the object. Raises FileNotFoundError, or StorageError when the server does not answer well."""
        with self._told():
            return bytes(self.bucket.api.get(self.bucket.store, self.key).bytes())

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the object as text."""
        return self.read_bytes().decode(encoding)

    def open(self, mode: str = "rb") -> BinaryIO:
        """Return the object as a file that is open for reading: it is fetched whole."""
        if mode != "rb":
            raise ValueError(f"{self}: {mode}: an object is written at once")
        return io.BytesIO(self.read_bytes())

    def glob(self, pattern: str) -> Iterator["ObjectPath"]:
        """Yield what matches a pattern, in which ``*`` stands for anything but a slash."""
        parts, own = pattern.split("/"), len(self.key) + 1 if self.key else 0
        for found in self._beside() if len(parts) == 1 else self.rglob("*"):
            names = found.key[own:].split("/")  # a path made of it takes four times as long, and a look has thousands
            if len(names) == len(parts) and all(map(fnmatchcase, names, parts)):
                yield found

    def rglob(self, pattern: str) -> Iterator["ObjectPath"]:
        """Yield every object below; the only pattern is ``*``."""
        if pattern != "*":
            raise ValueError(pattern)
        with self._listed():
            for page in self.bucket.api.list(self.bucket.store, self.key or None):
                for each in page:
                    yield ObjectPath(each["path"], self.bucket, each["size"])

    def write_bytes(self, content: bytes) -> None:
        """Put the object in place of what is there."""
        with self._told():
            self.bucket.api.put(self.bucket.store, self.key, content, use_multipart=False)

    def create(self, content: bytes) -> bool:
        """Put the object if there is none of this key; returns whether there was none.

        When an answer is lost, the client asks again, and may learn that its own object is there: compare.
        """
        try:
            with self._told():
                self.bucket.api.put(self.bucket.store, self.key, content, mode="create")
        except FileExistsError:
            return False
        return True

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Delete the object."""
        try:
            with self._told():
                self.bucket.api.delete(self.bucket.store, self.key)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def probe(self) -> None:
        """Put an object twice: the second time must be refused, or two sealers could overwrite each other.

        Raises LedgerError when the server cannot be reached, or ignores the condition.
        """
        place = self / PROBE
        try:
            place.create(b"")
            is_replaced = place.create(b"")
        except FileNotFoundError as error:
            raise LedgerError(f"{self.bucket.address}: there is no such bucket: make it, or correct it") from error
        except OSError as error:
            raise LedgerError(f"{place}: {error.strerror}") from error
        if is_replaced:
            raise LedgerError(
                f"{self}: this server replaces an object although it was asked not to (If-None-Match: *): "
                "sealed files are not safe there; use a server that honours conditional writes"
            )

    def _beside(self) -> Iterator["ObjectPath"]:
        with self._listed():
            found = self.bucket.api.list_with_delimiter(self.bucket.store, self.key or None)
        for each in found["objects"]:
            yield ObjectPath(each["path"], self.bucket, each["size"])
        for key in found["common_prefixes"]:
            yield ObjectPath(key.strip("/"), self.bucket)

    @contextmanager
    def _listed(self) -> Iterator[None]:
        """Raise an error for a bucket that is not there; a folder that is not there is an empty one."""
        try:
            with self._told():
                yield
        except FileNotFoundError:
            raise StorageError(2, "there is no such bucket", str(self)) from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise the library's errors as pathlib would; without what an address may carry in its query."""
        errors = self.bucket.api.exceptions
        try:
            yield
        except (errors.NotFoundError, FileNotFoundError):
            raise FileNotFoundError(2, "there is no such object", str(self)) from None
        except errors.AlreadyExistsError:
            raise FileExistsError(17, "there is such an object", str(self)) from None
        except errors.BaseError as error:
            raise StorageError(5, told(error), str(self)) from None


OutputPath = Path | ObjectPath
"""A place in the output: a folder's, or a bucket's."""


def matching(folder: OutputPath, pattern: str) -> list[OutputPath]:
    """Return what a pattern matches in a folder, by name; the pattern ``**`` means every file below."""
    found: list[OutputPath] = [*folder.rglob("*")] if pattern == "**" else [*folder.glob(pattern)]
    return sorted(found, key=str)


def output_path(text: str) -> OutputPath:
    """Return the place that the text of an absolute one names."""
    return ObjectPath.of(text) if text.startswith(SCHEMES) else Path(text)


def told(error: Exception) -> str:
    r"""Return what a client says of an error, in one line and without queries, which may hold a signature.

    >>> told(ValueError("GET http://storage/a?sig=secret failed\nDebug: much"))
    'GET http://storage/a failed'
    """
    first = (str(error).strip() or type(error).__name__).splitlines()[0].partition(": <")[0]  # a body in XML
    said = re.sub(r"\?\S+", "", first)[:LONGEST]
    return next((f"{reason} ({said})" for part, reason in REASONS.items() if part in said), said)
