"""Stands in for psutil's module of the name: it waits for processes and measures disks, and needs `signal` for that."""

disk_usage = None  # which psutil takes over
