"""A small news site on loopback in Espreso's own markup, for the demo and for rehearsals.

It knows nothing of the crawler. The tests have a site of their own made from it, which fails and lies on purpose.
"""

from espreso_crawler.demo_site.application import Application
from espreso_crawler.demo_site.options import SiteOptions
from espreso_crawler.demo_site.running import running, serve
from espreso_crawler.demo_site.site import Site

__all__ = ["Application", "Site", "SiteOptions", "running", "serve"]
