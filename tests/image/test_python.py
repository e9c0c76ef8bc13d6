"""docs/python.md: the examples, as doctests, in a container with the interfaces of a Rackspace host."""

from __future__ import annotations

from support import engine
from support.hosts import HOSTS
from support.pages import ROOT

DOCTESTS = """
import doctest, sys
test = doctest.DocTestParser().get_doctest(sys.argv[1], {}, "docs/python.md", "docs/python.md", 0)
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
runner.run(test)
print(*runner.summarize(verbose=False))
"""


def test_examples() -> None:
    """Each example of the page prints what the page says."""
    page = (ROOT / "docs" / "python.md").read_text()
    with engine.host_container(HOSTS["rackspace"].layout.script, engine.PACKAGE) as container:
        result = engine.command("docker", "exec", container, "python3.13", "-c", DOCTESTS, page)
    count = page.count("\n    >>> ")
    assert count > 10
    assert (result.out, result.err, result.status) == (f"0 {count}\n", "", 0)
