"""Stands in for CPython's module of the name, which Debian builds as a shared library only.

psutil asks it, as it is loaded, whether there is a `prlimit`; racknet limits nothing.
"""
