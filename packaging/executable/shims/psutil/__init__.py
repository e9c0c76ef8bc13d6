"""Stands in for psutil's module of the name: what `racknet list` asks, without what it loads to look at processes."""

from psutil._pslinux import net_if_stats as net_if_stats

PROCFS_PATH = "/proc"  # psutil reads it from here
