"""A browser for pages whose feed only a script builds: opened late, kept on the site, bounded in every step."""

from espreso_crawler.browser.executable import HOW_TO_INSTALL, program
from espreso_crawler.browser.meta import close_tab, opening, pressing, tab_of
from espreso_crawler.browser.tab import Tab

__all__ = ["HOW_TO_INSTALL", "Tab", "close_tab", "opening", "pressing", "program", "tab_of"]
