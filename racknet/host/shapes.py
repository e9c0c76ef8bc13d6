"""A shorter way to the attributes of a long list's messages, nearly all of which are alike."""

from __future__ import annotations

from _struct import Struct

from racknet.host.netlink import RTATTR, attributes

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.host.netlink import Attributes, Buffer


class Shapes:
    """Finds attributes in the messages of a list, of which most have one shape: attributes of the same types and sizes.

    One comparison tells that a message has a known shape, and so where its attributes are. A host may have thousands of
    interfaces, and a message of one has forty attributes.
    """

    MOST = 450  # shapes that are remembered: where nearly all messages differ, that takes longer than it saves

    def __init__(self, *wanted: int) -> None:
        self._wanted = wanted
        self._count = 0
        self._known: dict[int, tuple[Struct, dict[tuple[int, ...], list[tuple[int, int, int]]]]] = {}

    def attributes(self, data: Buffer, start: int, end: int) -> Attributes:
        """Return the wanted attributes of a message by their types, and perhaps others. Raise OSError if cut."""
        if end - start in self._known:
            headers, shapes = self._known[end - start]
            if (places := shapes.get(headers.unpack_from(data, start))) is not None:
                return {kind: data[start + first : start + last] for kind, first, last in places}
        found = attributes(data, start, end)
        if self._count < self.MOST:
            self._count += 1
            self._remember(found, data, start, end)
        return found

    def _remember(self, found: Attributes, data: Buffer, start: int, end: int) -> None:
        """Remember where a message of this size has its headers, and where the wanted attributes are if they say so.

        The headers say where each next one is: where all are the same as in a message that was walked through, so are
        the places.
        """
        headers = Struct("=" + "".join([f"HH{(len(value) + 3) & ~3}x" for value in found.values()]))
        if headers.size != end - start:
            return  # a type came twice
        known, shapes = self._known.get(headers.size, (headers, {}))
        if known.format != headers.format:
            shapes = {}
        place, places = 0, []
        for kind, value in found.items():
            place += RTATTR.size
            if kind in self._wanted:
                places.append((kind, place, place + len(value)))
            place += (len(value) + 3) & ~3
        shapes[headers.unpack_from(data, start)] = places
        self._known[headers.size] = headers, shapes
