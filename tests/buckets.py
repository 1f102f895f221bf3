"""An S3 server in a process of its own, which lasts as long as the tests; no expectations."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.ports import free_port
from tests.tools import missing
from tests.waiting import PATIENCE, wait_until

ADDRESS = "s3://news"
"""Of the bucket."""
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "invented-id",
    "AWS_SECRET_ACCESS_KEY": "invented-secret",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}


@contextmanager
def server() -> Iterator[str]:
    """Start a server with one bucket; yields the server's address."""
    if not (importlib.util.find_spec("moto") and importlib.util.find_spec("obstore")):
        missing("no moto or obstore: pip install 'moto[server]' obstore")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            make_bucket(endpoint, ADDRESS)
            yield endpoint
        finally:
            process.terminate()


def make_bucket(endpoint: str, address: str) -> None:
    """Make a bucket; waits for the server."""
    # Any signature will do for moto; one must be there, or the bucket belongs to nobody.
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=invented-id/20260101/us-east-1/s3/aws4_request"}

    def is_made() -> bool:
        try:
            name = address.removeprefix("s3://")
            requests.put(f"{endpoint}/{name}", headers=signed, timeout=PATIENCE).raise_for_status()
        except requests.ConnectionError:
            return False
        return True

    wait_until(is_made, "the server's first answer")
