"""A small news site on loopback in Espreso's own markup, for the demo, the tests and the benchmarks.

It knows nothing of the crawler: pages and the truth about them come from the same invented facts.
"""

from espreso_crawler.demo_site.control import Control
from espreso_crawler.demo_site.faults import Fault
from espreso_crawler.demo_site.options import SiteOptions
from espreso_crawler.demo_site.running import DemoSite, running, running_apart
from espreso_crawler.demo_site.site import Site
from espreso_crawler.demo_site.truth import Truth

__all__ = ["Control", "DemoSite", "Fault", "Site", "SiteOptions", "Truth", "running", "running_apart"]
