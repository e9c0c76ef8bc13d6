"""Stands in for the standard library's module of the name: psutil compares its constants, as plain numbers.

The library's own makes enumerations of them as it is loaded, and opens the sockets that psutil never asks for.
"""

from _socket import *  # noqa: F403, all of it is what this stands for
