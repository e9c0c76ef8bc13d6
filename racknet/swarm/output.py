"""The answers of the nodes, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from racknet.errors import NoAddress
from racknet.output.formats import Template
from racknet.output.stdio import printable
from racknet.swarm.nodes import Answer, Code, Failure

SEE_LABELS = "docker node inspect --format '{{.Description.Hostname}} {{.Spec.Labels}}' $(docker node ls -q)"
IN_A_REGISTRY = re.compile("[^/]*[.:][^/]*/.*@")  # a digest, in a repository of a registry that is named
TEXTS = {
    Code.DOWN: "down",
    Code.DISCONNECTED: "disconnected",
    Code.DRAINED: "drained",
    Code.PAUSED: "paused",
    Code.GONE: "gone from the swarm",
    Code.NO_TASK: "was given no task in time",
    Code.UNFINISHED: "no answer in time: its task is {}",
    Code.NO_IMAGE: "No such image: {}",
    Code.STOPPED: "{}",
    Code.REFUSED: "{}",
    Code.NO_ANSWER: "printed no answer: '{}'",
    Code.LOST_LOG: "its log cannot be read: {}",
}
ABSENT = (Code.DOWN, Code.DISCONNECTED, Code.GONE, Code.NO_TASK)  # nothing can be asked there


def failure_text(failure: Failure) -> str:
    """Return why a node has no address."""
    details = failure.details
    if failure.code is Code.UNFINISHED:
        details = (", ".join(filter(None, details)),)
    return TEXTS[failure.code].format(*details)


def in_format(answer: Answer, template: Template) -> Answer:
    """Return an answer with its line, or with a failure where its address lacks what the text of `--format` names."""
    if answer.reply is None:
        return answer
    try:
        return answer._replace(line=template.line(*answer.reply[:3]))
    except NoAddress as error:
        return answer._replace(reply=None, failure=Failure(Code.REFUSED, (error.message,)))


def format_text(answers: Sequence[Answer], *, is_bare: bool) -> str:
    """Return a line for each node that answered: its name and its address, or the bare address."""
    answered = [(printable(each.node), each.line or f"{each.reply.address}\n") for each in answers if each.reply]
    width = max((len(node) for node, _ in answered), default=0)
    return "".join(f"{'' if is_bare else f'{node:{width}}  '}{line}" for node, line in answered)


def format_json(answers: Sequence[Answer]) -> str:
    """Return the answers of all nodes, for programs."""
    rows = [
        {
            "node": answer.node,
            "id": answer.id,
            "address": answer.reply.address if answer.reply else None,
            "prefix_length": answer.reply.prefix_length if answer.reply else None,
            "interface": answer.reply.interface if answer.reply else None,
            "proven": answer.reply.is_proven if answer.reply else None,
            "error": failure_text(answer.failure) if answer.failure else None,
        }
        for answer in answers
    ]
    return json.dumps(rows) + "\n"


def format_notes(answers: Sequence[Answer]) -> str:
    """Return a note on each answer that is not proven: the node's own, as far as it has come."""
    unproven = [(answer, answer.reply) for answer in answers if answer.reply and not answer.reply.is_proven]
    notes = [
        (answer.node, answer.note or f"{reply.address} on {reply.interface} is not proven: --strict refuses")
        for answer, reply in unproven
    ]
    return "".join(f"note: {printable(f'{node}: {note}')}\n" for node, note in notes)


def format_failures(answers: Sequence[Answer], asked: str, image: str) -> str:
    """Return the error for the nodes that did not answer, or for a query that no node matches."""
    failed = [(answer.node, answer.failure) for answer in answers if answer.failure]
    if not answers:
        return f"racknet: no node of this swarm matches\nhint: see their labels: {SEE_LABELS}\n"
    width = max(len(printable(node)) for node, _ in failed)
    lines = "".join(f"  {printable(node):{width}}  {printable(failure_text(failure))}\n" for node, failure in failed)
    hint = printable(_hint(failed, image))
    return f"racknet: no {asked} address from {len(failed)} of {len(answers)} nodes\n{lines}hint: {hint}\n"


def _hint(failed: Sequence[tuple[str, Failure]], image: str) -> str:
    """Return a command to run next, for the failure that says most, on the first node that has it."""
    for node, failure in failed:
        if failure.code is Code.NO_IMAGE:
            (missing,) = failure.details
            if IN_A_REGISTRY.match(missing):
                return f"does this work? ssh {node} docker pull {missing}"
            # An engine with containerd's store knows what was built or loaded by a digest, too.
            return f"bring it to each of them: docker save {image} | ssh {node} docker load"
    for node, failure in failed:
        if failure.code in (Code.DRAINED, Code.PAUSED):
            return f"let it take jobs: docker node update --availability active {node}"
    node, failure = failed[0]
    if failure.code in ABSENT:
        return "see docker node ls"
    return f"see what the node has: ssh {node} docker run --rm --net=host {image} list"
