"""Which browser is taken, and how it is started."""

from pathlib import Path

import pytest
from scrapy.settings import Settings

from espreso_crawler.browser import program
from espreso_crawler.browser.executable import launch_options
from espreso_crawler.exceptions import ConfigurationError


@pytest.fixture
def machine(tmp_path: Path, monkeypatch) -> Path:
    """Return a machine without a browser: the folder that is its PATH and holds Playwright's builds."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    return tmp_path


def installed(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return str(path)


def test_playwrights_own_build_comes_before_the_path_and_the_newest_first(machine: Path):
    assert program(Settings()) is None
    chrome = installed(machine / "google-chrome")
    assert program(Settings()) == chrome
    chromium = installed(machine / "chromium")
    assert program(Settings()) == chromium
    old = installed(machine / "chromium-1187" / "chrome-linux" / "chrome")
    assert program(Settings()) == old
    own = installed(machine / "chromium_headless_shell-1255" / "chrome-linux64" / "headless_shell")
    assert program(Settings()) == own


def test_the_setting_comes_first_and_must_name_a_program(machine: Path):
    installed(machine / "chromium")
    mine = installed(machine / "my" / "browser")
    assert program(Settings({"ESPRESO_BROWSER_PATH": mine})) == mine
    (machine / "notes.txt").touch(mode=0o644)
    for wrong in ("nowhere", str(machine / "notes.txt"), str(machine)):
        with pytest.raises(ConfigurationError, match=f"ESPRESO_BROWSER_PATH='{wrong}'"):
            program(Settings({"ESPRESO_BROWSER_PATH": wrong}))


def test_the_browser_finds_only_the_crawls_hosts():
    switches = launch_options("chromium", {"espreso.tv", "127.0.0.1:8000"})["args"]
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE espreso.tv" in switches


def test_the_sandbox_is_off_only_for_root_and_in_containers(monkeypatch):
    monkeypatch.setattr("espreso_crawler.browser.executable.CONTAINER_MARKS", ())
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert launch_options("chromium", ())["chromium_sandbox"] is True
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert launch_options("chromium", ())["chromium_sandbox"] is False
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("espreso_crawler.browser.executable.CONTAINER_MARKS", (__file__,))
    assert launch_options("chromium", ())["chromium_sandbox"] is False
