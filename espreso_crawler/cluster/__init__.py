"""Archives read by the workers of a Dask cluster; they give no truth but answers, and write into no output."""

from espreso_crawler.cluster.engine import Cluster, require_packages
from espreso_crawler.cluster.shelf import clear

__all__ = ["Cluster", "clear", "require_packages"]
