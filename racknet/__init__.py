"""The address of a host on the public network, or on the provider's internal network: surely, or not at all."""

__version__ = "0.1.0"
