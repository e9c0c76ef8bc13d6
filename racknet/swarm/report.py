"""The answers of the nodes, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from racknet.output.stdio import printable
from racknet.swarm.nodes import Answer

SEE_LABELS = "docker node inspect --format '{{.Description.Hostname}} {{.Spec.Labels}}' $(docker node ls -q)"
IN_A_REGISTRY = re.compile("[^/]*[.:][^/]*/.*@")  # a digest, in a repository of a registry that is named
GONE = ("down", "disconnected", "gone from the swarm", "was given no task in time")  # nothing can be asked there


def format_text(answers: Sequence[Answer], *, is_bare: bool) -> str:
    """Return a line for each node that answered: its name and its address, or the bare address."""
    answered = [answer for answer in answers if answer.address]
    width = max((len(printable(answer.node)) for answer in answered), default=0)
    names = ["" if is_bare else f"{printable(answer.node):{width}}  " for answer in answered]
    return "".join(f"{name}{answer.address}\n" for name, answer in zip(names, answered, strict=True))


def format_json(answers: Sequence[Answer]) -> str:
    """Return the answers of all nodes, for programs."""
    return json.dumps([answer._asdict() for answer in answers]) + "\n"


def format_failures(answers: Sequence[Answer], asked: str, image: str) -> str:
    """Return the error for the nodes that did not answer, or for a query that no node matches."""
    failed = [answer for answer in answers if answer.error]
    if not answers:
        return f"racknet: no node of this swarm matches\nhint: see their labels: {SEE_LABELS}\n"
    width = max(len(printable(answer.node)) for answer in failed)
    lines = "".join(f"  {printable(answer.node):{width}}  {printable(answer.error or '')}\n" for answer in failed)
    errors: dict[str, str] = {}
    for answer in failed:
        errors.setdefault(answer.error or "", answer.node)
    hint = printable(_hint(errors, image))
    return f"racknet: no {asked} address from {len(failed)} of {len(answers)} nodes\n{lines}hint: {hint}\n"


def _hint(errors: Mapping[str, str], image: str) -> str:
    """Return a command to run next, for the errors and the first node that has each."""
    for error, node in errors.items():
        if match := re.search(r"No such image: (\S+)", error):
            missing = match[1]
            if IN_A_REGISTRY.match(missing):
                return f"does this work? ssh {node} docker pull {missing}"
            # An engine with containerd's store knows what was built or loaded by a digest, too.
            missing = image if "@" in missing else missing
            return f"bring it to each of them: docker save {missing} | ssh {node} docker load"
    for error, node in errors.items():
        if error in ("drained", "paused"):
            return f"let it take jobs: docker node update --availability active {node}"
    error, node = next(iter(errors.items()))
    if error in GONE:
        return "see docker node ls"
    return f"see what the node has: ssh {node} docker run --rm --net=host {image} list"
