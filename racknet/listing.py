"""Every address of a host, what racknet takes it for, and why: what `racknet list` shows. Pure."""

from __future__ import annotations

from typing import NamedTuple

from racknet import rules
from racknet.classify import address_class, classify
from racknet.facts import Address, Host
from racknet.question import Question
from racknet.ranking import natural, why, why_not


class Row(NamedTuple):
    """An address, its class, the questions that it answers, and the one reason for that, or for none."""

    address: Address
    its_class: str
    answers: list[str]
    why: str


def rows(host: Host, questions: list[Question]) -> tuple[list[Row], bool]:
    """A row for each address, in the natural order of the interfaces, then the kernel's; and whether this is a host."""
    verdicts = [(question, classify(host, question)) for question in questions]
    classes = {id(address): address_class(address) for address in host.addresses}
    notes: dict[int, list[tuple[int, str, str]]] = {id(address): [] for address in host.addresses}
    for question, verdict in verdicts:
        for place, candidate in enumerate(verdict.candidates):
            if place == 0 and verdict.answer:
                note = (0, str(question), why(question.network, verdict.candidates, 0))
            else:
                note = (1, "", why_not(question.network, verdict, place))
            notes[id(candidate.address)].append(note)
        for address, reason in verdict.others:
            fits = classes[id(address)] == rules.CLASS_OF[question.network]
            notes[id(address)].append((2 if fits else 3, "", reason))
    listed = []
    for address in host.addresses:
        told = sorted(notes[id(address)], key=lambda note: note[0])  # the most telling first
        answers = [answer for _, answer, _ in told if answer]
        listed.append(Row(address, classes[id(address)], answers, told[0][2]))
    return sorted(listed, key=lambda row: natural(row.address.interface)), not all(v.container for _, v in verdicts)
