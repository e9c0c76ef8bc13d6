"""Stands in for the standard library's module of the name: psutil compares its constants, as plain numbers.

The library's own makes enumerations of them as it is loaded, and opens the sockets that psutil never asks for.
`http.client` takes two more names as it is loaded; racknet gives it a connection of its own.
"""

from _socket import *  # noqa: F403, all of it is what this stands for

_GLOBAL_DEFAULT_TIMEOUT = create_connection = None
