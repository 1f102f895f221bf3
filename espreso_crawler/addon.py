"""Settings that depend on other settings, resolved before any component reads them."""

from scrapy.settings import BaseSettings

from espreso_crawler import __version__


class EspresoAddon:
    """Builds the user agent from name, version and ``ESPRESO_CONTACT``, unless ``USER_AGENT`` is set by hand."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set ``USER_AGENT``; whoever the site wants to complain to stands in it."""
        contact = settings.get("ESPRESO_CONTACT")
        settings.set("USER_AGENT", f"espreso_crawler/{__version__}" + (f" (+{contact})" if contact else ""), "addon")
