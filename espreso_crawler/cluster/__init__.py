"""Archives read by the workers of a Dask cluster; they give no truth but answers, and write into no output."""

from espreso_crawler.cluster.engine import Cluster, require_packages

__all__ = ["Cluster", "require_packages"]
