"""Which image the nodes run: exactly one, of this racknet. A tag would leave it to a registry, node by node."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import BAD_REQUEST
from typing import Any, NamedTuple

from docker.errors import APIError, DockerException, NotFound

from racknet import __version__
from racknet.errors import SwarmError, UsageError
from racknet.output.hints import VERSIONED_IMAGE
from racknet.swarm.engine import FAILURES, plain

TITLE, VERSION = "org.opencontainers.image.title", "org.opencontainers.image.version"


class Image(NamedTuple):
    """An image: its name, and the reference that names exactly this one on every node, its digest or its id."""

    name: str
    reference: str

    @property
    def known_as(self) -> str:
        """How people know the image that a node may lack: by its digest, or else by its name."""
        return self.name if self.reference.startswith("sha256:") else self.reference


def resolve_image(api: Any, name: str, manager: str) -> Image:
    """Return the image of a name. The manager pulls it where it has none.

    It is never pulled by its default name: that may be somebody else's on a public registry. Raise UsageError for a
    wrong image, and SwarmError.
    """
    try:
        found = _inspect(api, name)
        if found is None and name != VERSIONED_IMAGE:
            for step in api.pull(name, stream=True, decode=True):  # with the credentials of `docker login`
                if "error" in step:
                    raise DockerException(step["error"])
            found = _inspect(api, name)
    except FAILURES as error:
        if isinstance(error, APIError) and error.status_code == BAD_REQUEST:
            raise UsageError(f"'{name}' is not the name of an image") from error
        raise SwarmError(
            f"the manager cannot pull {name}: {plain(error)}", f"does this work? docker pull {name}"
        ) from error
    if found is None:
        hint = f"on a machine that has it: docker save {name} | ssh {manager} docker load"
        raise SwarmError(f"the manager has no image {name}", hint)
    check_labels(name, (found.get("Config") or {}).get("Labels") or {})
    return Image(name, exact_reference(name, found))


def _inspect(api: Any, name: str) -> Mapping[str, Any] | None:
    try:
        image: Mapping[str, Any] = api.inspect_image(name)
    except NotFound:
        return None
    return image


def check_labels(name: str, labels: Mapping[str, str]) -> None:
    """Raise UsageError unless the image is of this racknet: another would answer by other rules."""
    hint = f"leave out --image, for {VERSIONED_IMAGE}"
    if labels.get(TITLE) != "racknet":
        raise UsageError(f"'{name}' is not an image of racknet", hint)
    if (version := labels.get(VERSION, "of an unknown version")) != __version__:
        raise UsageError(f"'{name}' is racknet {version}, and this is racknet {__version__}", hint)


def exact_reference(name: str, image: Mapping[str, Any]) -> str:
    """Return the image's digest in the repository of its name, or else its id.

    A node pulls a digest if it does not have it, and never pulls an id. It would ask the registry for a tag each time,
    and run what the registry has.
    """
    if "@" in name:
        return name
    path, _, last = name.rpartition("/")
    repository = _familiar(f"{path}/{last.partition(':')[0]}".lstrip("/"))
    digests = [digest for digest in image.get("RepoDigests") or [] if _familiar(digest.partition("@")[0]) == repository]
    return str(digests[0] if digests else image["Id"])


def _familiar(repository: str) -> str:
    """Return the short name of a repository: docker.io/library/redis is redis, as the engine writes it."""
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        repository = repository.removeprefix(prefix)
    return repository
