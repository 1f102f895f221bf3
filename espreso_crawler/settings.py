"""Every setting that differs from Scrapy's default or is the project's own: what it does, and who reads it."""

from espreso_crawler import site
from espreso_crawler.options import defaults, from_environment

BOT_NAME = "espreso_crawler"
SPIDER_MODULES = ["espreso_crawler.spiders"]
NEWSPIDER_MODULE = "espreso_crawler.spiders"
COMMANDS_MODULE = "espreso_crawler.commands"

# --- The project's own -----------------------------------------------------------------------------------------
# options.py has the table of them all, with defaults and allowed values. Relative paths start at the folder of
# scrapy.cfg, else at the working directory. Write your own values below.
globals().update(defaults())
ESPRESO_CONTACT = None  # an e-mail address or URL: who runs this crawl

# --- The order of things ---------------------------------------------------------------------------------------
ADDONS = {"espreso_crawler.addon.ProjectAddon": 0}
EXTENSIONS = {
    "espreso_crawler.extensions.signals.SignalsExtension": 10,  # first, to know why the others end
    "espreso_crawler.extensions.announcement.AnnouncementExtension": 12,
    "espreso_crawler.extensions.progress.ProgressExtension": 14,  # works after the ledger is closed, as do the next two
    # Made before the ledger is opened, so that a wrong setting leaves no run behind.
    "espreso_crawler.extensions.metrics.MetricsExtension": 15,
    "espreso_crawler.extensions.notification.NotificationExtension": 16,
    "espreso_crawler.extensions.manners.MannersExtension": 17,
    "espreso_crawler.extensions.archive.ArchiveExtension": 18,
    "espreso_crawler.extensions.ledger.LedgerExtension": 20,  # opened before pipelines ask for it, closed last
    "espreso_crawler.extensions.guests.GuestsExtension": 22,
    "espreso_crawler.extensions.header_limit.HeaderLimitExtension": 24,
    "espreso_crawler.extensions.reservations.ReservationsExtension": 26,
    "espreso_crawler.extensions.readers.ReadersExtension": 28,
    "espreso_crawler.extensions.garbage.GarbageExtension": 30,
    "espreso_crawler.extensions.copies.CopiesExtension": 35,  # in place of the next
    "scrapy.extensions.feedexport.FeedExporter": None,
    "espreso_crawler.extensions.monitors.MonitorsExtension": 40,  # after the ledger, into whose gate it steps
}
DOWNLOADER_MIDDLEWARES = {
    # Exact hosts and ports: the stock one lets every subdomain through, and each edition is a subdomain of another.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "espreso_crawler.middlewares.hosts.HostsMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "espreso_crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "espreso_crawler.middlewares.backoff.BackoffMiddleware": 550,  # sees unpacked bodies, no followed redirects
    "espreso_crawler.middlewares.archive.ArchiveMiddleware": 890,  # sees bodies as they were sent, and redirects
    # Not used here, and it costs time on every page; what is slow to import too is taken off by addon.py.
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
DOWNLOAD_HANDLERS = {  # opens a page in the browser if the request asks for it; Scrapy's own handler fetches all others
    "http": "espreso_crawler.browser.handler.BrowserDownloadHandler",
    "https": "espreso_crawler.browser.handler.BrowserDownloadHandler",
}
SPIDER_MIDDLEWARES = {
    "espreso_crawler.middlewares.ledger_errors.LedgerErrorsMiddleware": 10,
    # Callbacks see every status: one log line a failure, with the reason, instead of two.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
ITEM_PIPELINES = {
    "espreso_crawler.pipelines.ask_together.AskTogetherPipeline": 190,  # what the next steps ask of a server's ledger
    "espreso_crawler.pipelines.deduplicate.DeduplicatePipeline": 200,  # before work is spent on what is known
    "espreso_crawler.pipelines.withhold.WithholdPipeline": 250,  # before anything is made of a text that is reserved
    "espreso_crawler.pipelines.tag.TagPipeline": 300,
    "espreso_crawler.pipelines.near_duplicates.NearDuplicatesPipeline": 400,
    "espreso_crawler.pipelines.validate.ValidatePipeline": 800,  # the whole record, as it will be written
    "espreso_crawler.pipelines.emit.EmitPipeline": 900,  # the only way into the output
}
ITEM_PROCESSOR = "espreso_crawler.pipelines.processor.ItemProcessor"  # an article's entry goes with every copy of it
FEED_EXPORTERS = {
    "jsonl": "espreso_crawler.exporters.OrjsonLinesItemExporter",
    "jsonlines": "espreso_crawler.exporters.OrjsonLinesItemExporter",
    "jl": "espreso_crawler.exporters.OrjsonLinesItemExporter",
    "gz": "espreso_crawler.exporters.OrjsonLinesItemExporter",  # the ending of copies that copies.py packs
    "csv": "espreso_crawler.exporters.JsonCellsCsvItemExporter",
    "xml": "espreso_crawler.exporters.RecordXmlItemExporter",
}
FEED_EXPORT_ENCODING = "utf-8"
SPIDER_CONTRACTS = {"espreso_crawler.contracts.DemoPage": 10, "espreso_crawler.contracts.Lists": 20}

# --- Manners ---------------------------------------------------------------------------------------------------
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = site.AGENT  # the product token that robots.txt may name
CONCURRENT_REQUESTS = 8
CONCURRENT_REQUESTS_PER_DOMAIN = 4
DOWNLOAD_DELAY = 1.0  # average seconds between two requests to a host; each wait is 0.5 to 1.5 times as long
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
RETRY_TIMES = 2  # further tries of one request in one run; read by middlewares/backoff.py
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "uk,en;q=0.8",
}
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5

# --- Bounds and safety -----------------------------------------------------------------------------------------
DOWNLOAD_TIMEOUT = 30  # seconds
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # bytes, packed and unpacked; the largest page seen has 0.2 MB
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
REMOTE_CONTROL_ENABLED = False  # on by default since Scrapy 2.19, and it runs Python for anybody who reaches it
TELNETCONSOLE_ENABLED = False

# --- Speed -----------------------------------------------------------------------------------------------------
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop"  # about a tenth more pages a second
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the callback's source again for every page: 0.4 ms
CONCURRENT_ITEMS = 10  # the default of 100 starts 100 tasks for every response
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the ledger leases each address once
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # newest first, as the feed lists them

# --- Log -------------------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []  # `scrapy version -v` prints them
LOGSTATS_INTERVAL = 0.0  # the progress extension tells more
LOG_FORMATTER = "espreso_crawler.log_format.OneLineLogFormatter"

# --- The environment -------------------------------------------------------------------------------------------
# A variable named like one of the project's own settings wins over this file; -s and schedule.json win over both.
# So the environment of a Scrapyd or a service says once where all its crawls write.
globals().update(from_environment())
