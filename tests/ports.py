"""Ports for programs that cannot take a free one by themselves."""

import random
import socket
from pathlib import Path

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""Which ports the system gives to whoever asks for a free one; elsewhere than on Linux they begin higher."""
LOWEST, USUAL_END = 10_000, 32_768


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody has, and that the system gives to nobody until the program is there to take it."""
    end = int(RANGE.read_text().split()[0]) if RANGE.exists() else USUAL_END
    while True:
        port = random.SystemRandom().randrange(LOWEST, max(end, LOWEST + 1))
        with socket.socket() as tried:
            try:
                tried.bind((host, port))
            except OSError:
                continue
            return port
