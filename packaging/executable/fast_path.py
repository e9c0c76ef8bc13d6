"""Loads the modules of the fast path in the executable: freeze.py puts their names and code in place of "MODULES".

`import` then finds them loaded. Its own way is longer, since importlib is Python, and looks in several places. In one
piece, the modules also share the names that they have in common.
"""

import sys

for name, is_package, code in "MODULES":
    module = sys.modules[name] = type(sys)(name)
    if is_package:
        module.__path__ = []
    package, _, child = name.rpartition(".")
    if package:
        setattr(sys.modules[package], child, module)
    exec(code, vars(module))
