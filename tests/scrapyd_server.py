"""A real Scrapyd on a free loopback port, with authentication, and the project deployed to it from a clean clone."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.checkout import ROOT, committed_files
from tests.crawls import NO_WAITING, Desk
from tests.ports import free_port
from tests.processes import children
from tests.waiting import PATIENCE, wait_until

PROJECT = "espreso_crawler"
USER, PASSWORD = "desk", "not for logs"
VERSION = "0.0.0.dev7"
"""What the deployed clone calls itself, so that a test sees whose code ran."""
CONFIGURATION = f"""[scrapyd]
bind_address = {{host}}
http_port = {{port}}
username = {USER}
password = {PASSWORD}
poll_interval = 0.1
max_proc = 2
"""
TARGET = f"""
[deploy:test]
url = {{url}}/
project = {PROJECT}
username = {USER}
password = {PASSWORD}
"""
INSTALLED = f"""[settings]
{PROJECT} = {PROJECT}.settings
"""
"""The project as it is installed, without an egg."""
PROGRAMS = Path(sys.executable).parent


@dataclass
class Scrapyd:
    """A Scrapyd that may be stopped and started again; what its crawls write lies at `desk`."""

    home: Path
    port: int
    desk: Desk
    settings: Mapping[str, str] = field(default_factory=dict)
    """What every job gets by `setting=`."""
    host: str = "127.0.0.1"
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it runs with beside the places at `desk`."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "ESPRESO_OUTPUT": str(self.desk.home / "output"),
            "ESPRESO_STATE": str(self.desk.home / "state"),
            "PYTHONWARNINGS": "ignore",
            **self.environment,
        }
        with (self.home / "scrapyd.log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / "scrapyd"], cwd=self.home, env=environment, stdout=log, stderr=log
            )
        wait_until(self._answers, "Scrapyd answers")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)

    def die(self) -> None:
        """End it and all its jobs at once, as a machine ends."""
        assert self.process
        for process in (self.process.pid, *children(self.process.pid)):
            with suppress(ProcessLookupError):  # a job that ended just now
                os.kill(process, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def get(self, service: str, **query: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/{service}.json", query, auth=(USER, PASSWORD), timeout=PATIENCE)
        return dict(answer.json())

    def post(self, service: str, **fields: Any) -> dict[str, Any]:
        answer = requests.post(
            f"{self.url}/{service}.json", {"project": PROJECT, **fields}, auth=(USER, PASSWORD), timeout=PATIENCE
        )
        return dict(answer.json())

    def schedule(self, settings: Mapping[str, str] | None = None, /, **arguments: str) -> str:
        given = NO_WAITING | dict(self.settings) | dict(settings or {})
        setting = [f"{name}={value}" for name, value in given.items()]
        answer = self.post("schedule", spider="read_also", setting=setting, **arguments)
        return str(answer["jobid"])

    def jobs(self, state: str) -> list[str]:
        """Return the ids of jobs that are pending, running or finished."""
        return [job["id"] for job in self.get("listjobs", project=PROJECT)[state]]

    def wait_for(self, *jobs: str) -> None:
        wait_until(lambda: set(jobs) <= set(self.jobs("finished")), f"the end of {jobs}")

    def log(self, job: str | None = None) -> str:
        """Return the log of a job, or Scrapyd's own."""
        path = self.home / "logs" / PROJECT / "read_also" / f"{job}.log" if job else self.home / "scrapyd.log"
        return path.read_text("utf-8")

    def _answers(self) -> bool:
        assert self.process and self.process.poll() is None, self.log()
        try:
            return self.get("daemonstatus")["status"] == "ok"
        except requests.ConnectionError:
            return False


@contextmanager
def running_installed(
    home: Path, host: str = "127.0.0.1", environment: Mapping[str, str] | None = None
) -> Iterator[Scrapyd]:
    """Run a Scrapyd that has the project as it is installed: its jobs begin in half the time that an egg takes."""
    given = {"SCRAPY_SETTINGS_MODULE": f"{PROJECT}.settings", **(environment or {})}
    with running_scrapyd(home, host, given, INSTALLED) as server:
        yield server


@contextmanager
def running_scrapyd(
    home: Path, host: str = "127.0.0.1", environment: Mapping[str, str] | None = None, more: str = ""
) -> Iterator[Scrapyd]:
    """Run a Scrapyd in a folder of its own, without a project unless `more`, lines of its configuration, name one."""
    port = free_port(host)
    server = Scrapyd(home / "server", port, Desk(home / "desk"), host=host, environment=environment or {})
    server.home.mkdir(parents=True)
    (server.home / "scrapyd.conf").write_text(CONFIGURATION.format(host=host, port=port) + more)
    server.start()
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.stop()


def clean_clone(folder: Path, url: str) -> Path:
    """Copy the project's own files, as a clone has them, with a deploy target and a version of its own."""
    for path in committed_files():
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    with (folder / "scrapy.cfg").open("a") as cfg:
        cfg.write(TARGET.format(url=url))
    (folder / PROJECT / "__init__.py").write_text(f'__version__ = "{VERSION}"\n')
    return folder


def deploy(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run ``scrapyd-deploy`` in a clone."""
    command = [str(PROGRAMS / "scrapyd-deploy"), "test"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, timeout=PATIENCE)
