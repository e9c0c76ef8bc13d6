"""The edge that reads the host: the kernel's lists over netlink, the second reader, and what `list` and hints add."""
