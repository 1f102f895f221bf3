# Every target makes what it needs: .venv, and in it the project with the packages that the target uses.
PYTHON ?= python3
ARGS ?=
N ?= 200
SECONDS ?= 60
BIN := .venv/bin

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo survey crawl export report schedule scrapyd docs test lint bench chaos cluster disk property stops drift reach day fuzz clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: .venv/.demo ## crawl a day of an invented news site into output/demo/; to keep it running: make demo ARGS=--serve
	@$(BIN)/scrapy demo $(ARGS)

survey: .venv/.run ## look at the real site before the first crawl: what is found, and a verdict; try ARGS="--demo"
	@$(BIN)/scrapy survey $(ARGS)

crawl: .venv/.run ## crawl the real site; arguments: make crawl ARGS="-a since=24h"
	@$(BIN)/scrapy crawl read_also $(ARGS)

export: .venv/.export ## write the output in another format; arguments: make export ARGS="--format sqlite --since 7d"
	@$(BIN)/scrapy export $(ARGS)

report: .venv/.report ## write the output as one HTML page; arguments: make report ARGS="--open --since 7d"
	@$(BIN)/scrapy report $(ARGS)

schedule: .venv/.schedule ## crawl the real site every 10 minutes; arguments: make schedule ARGS="--every 5m -a edition=ua"
	@$(BIN)/scrapy schedule --every 10m --jitter 60s $(ARGS)

scrapyd: .venv/.scrapyd ## start Scrapyd in this folder, at http://localhost:6800
	@$(BIN)/scrapyd

docs: .venv/.docs ## the docs as a site in build/docs/, with search
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "Open build/docs/index.html; with search: .venv/bin/mkdocs serve"

test: .venv/.test ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/.lint ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: .venv/.bench ## measure extraction, crawl and memory
	@$(BIN)/python -m tests.benchmarks $(ARGS)

chaos: .venv/.test ## kill N crawls (200) at every step, then compare output and site; three machines: ARGS=--postgresql
	@$(BIN)/python -m tests.chaos $(N) $(ARGS)

disk: .venv/.test ## let the disk fail in N crawls (200), at any call, then compare output and site; needs a C compiler
	@$(BIN)/python -m tests.failing_disk $(N) $(ARGS)

cluster: N = 20000
cluster: .venv/.test ## read N archived pages (20000) again on a Dask cluster of this machine, workers killed on the way
	@$(BIN)/python -m tests.cluster $(N)

stops: .venv/.test ## stop crawls by SIGINT and SIGTERM at 20 moments of their first two seconds
	@$(BIN)/python -m tests.spiders.stops $(ARGS)

property: N = 2000
property: .venv/.test ## read N random archives (2000) with pins, stale pages, outages and kills, and check that nothing is lost
	@$(BIN)/python -m tests.spiders.promise $(N)

reach: .venv/.test ## crawl 30 days of two invented editions by read_also and sitemap; prints requests per article
	@$(BIN)/python -m tests.spiders.reach $(ARGS)

drift: .venv/.test ## check that redesigns are noticed, other editions come out right at once, fifty calm crawls raise no alarm
	@$(BIN)/python -m tests.monitors $(ARGS)

day: .venv/.test ## simulate a day of scheduled crawls on an invented site
	@$(BIN)/python -m tests.scheduling.day $(ARGS)

fuzz: .venv/.test ## throw mutated pages, lists and rules at every parser for SECONDS (60)
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

clean: ## remove .venv and the files of tools; never output or state
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# One stamp for each dependency group of pyproject.toml; older than that file = installed again.
# setuptools warns of every editable install; nobody can act on it here.
.venv/.%: pyproject.toml | $(BIN)/pip
	@echo "Setting up .venv ($*)"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable . $(if $(filter run,$*),,--group $*)
	@touch $@

# pip knows --group since 25.1; the pip that comes with Python 3.11 does not.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed as '$(PYTHON)'; another one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "This Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" || { rm -rf .venv; exit 1; }
