"""The site of the tests: the demo site with faults, redesigns and the truth about its articles; and other odd sites."""

from tests.site.control import Control
from tests.site.faults import Fault
from tests.site.options import FEED, SiteOptions, small
from tests.site.running import DemoSite, running, running_apart
from tests.site.site import Site
from tests.site.truth import Truth

__all__ = ["FEED", "Control", "DemoSite", "Fault", "Site", "SiteOptions", "Truth", "running", "running_apart", "small"]
