"""Settings that depend on other settings, resolved before any component reads them."""

from scrapy.settings import BaseSettings

from espreso_crawler import __version__

# Off by settings.py, but Scrapy imports even what is listed as None: aiohttp for the one, requests for the other, a
# seventh of what a crawl needs to start.
UNUSED = {
    "EXTENSIONS_BASE": "scrapy.extensions.remote_control.RemoteControl",
    "DOWNLOADER_MIDDLEWARES_BASE": "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
}


class EspresoAddon:
    """Builds the user agent from name, version and ``ESPRESO_CONTACT``, unless ``USER_AGENT`` is set by hand.

    Takes components that are never used, and slow to import, off Scrapy's own lists.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Set ``USER_AGENT``, in which stands whom the site can complain to, and shorten the lists."""
        contact = settings.get("ESPRESO_CONTACT")
        settings.set("USER_AGENT", f"espreso_crawler/{__version__}" + (f" (+{contact})" if contact else ""), "addon")
        for name, component in UNUSED.items():
            settings[name].delete(component)
