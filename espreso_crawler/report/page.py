"""The page: template, style, program and charts' script put together; nothing in it is asked for over the network."""

import base64
import hashlib
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from espreso_crawler.exceptions import ConfigurationError

NEEDED = {"jinja2": "Jinja2", "vl_convert": "vl-convert-python"}
# It takes seconds, and holds Python's lock while it works: in a process of its own, the output is read meanwhile.
BUNDLE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


def check_packages() -> None:
    """Raise ConfigurationError when a package of the extra ``report`` is missing."""
    missing = [name for module, name in NEEDED.items() if find_spec(module) is None]
    if missing:
        reason = f"a report needs {' and '.join(missing)}; install the extra: pip install 'espreso-crawler[report]'"
        raise ConfigurationError(reason)


class ChartScript:
    """The script that draws the charts: Vega, Vega-Lite and Vega-Embed, out of vl-convert-python."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this Python, with a program of our own
            [sys.executable, "-c", BUNDLE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def text(self) -> str:
        """Wait for the script and return it. Raises ConfigurationError when the package does not work."""
        out, error = self._process.communicate()
        if self._process.returncode:
            last = error.decode(errors="replace").strip().splitlines()[-1:]
            raise ConfigurationError(f"vl-convert-python gives no script for charts: {' '.join(last)}")
        return harmless(out.decode())

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def harmless(script: str) -> str:
    r"""Return a script that ends nothing but itself where it stands in HTML.

    >>> harmless("'</script>'")
    "'<\\/script>'"
    """
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def check_template_package() -> None:
    """Raise ConfigurationError when the package is missing that fills templates."""
    if find_spec("jinja2") is None:
        raise ConfigurationError("an HTML page needs Jinja2; install the extra: pip install 'espreso-crawler[report]'")


def rendered(values: Mapping[str, Any], chart_script: str) -> str:
    """Return the page. Every value is escaped by Jinja2; only this project's and the charts' own files are not."""
    program = _own("report.js")
    scripts = {"chart_script": chart_script, "program": program}
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts.values())
    return document("report.html", {**values, **scripts, "hashes": hashes})


def document(template: str, values: Mapping[str, Any]) -> str:
    """Return a page from one of the templates beside this file, in the report's style; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # of the extra

    environment = Environment(
        loader=PackageLoader("espreso_crawler.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda count: f"{count:,}"
    return environment.get_template(template).render(**values, style=_own("report.css"))


def _own(name: str) -> str:
    return (files("espreso_crawler.report") / "page" / name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
