"""The address of a host on the public network, or on the provider's internal network: the right one, or an error."""

__version__ = "0.1.0"
