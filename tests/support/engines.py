"""Engines other than Docker, as Debian has them: how racknet is asked under each. docs/engines.md shows this table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS

ENGINES = "racknet/tests:engines"
USER = "someone"
ANSWERS = {"public": "104.130.0.127", "service": "10.208.1.5"}
LXC_ANSWER = {"service": "10.0.3.7"}

# What an engine needs of the kernel, each with a command that shows whether it is there.
PROBES = {
    "network namespaces": "unshare -n true",
    "mounts": "unshare -m mount -t tmpfs none /mnt",
    "user namespaces": f"setpriv --reuid={USER} --clear-groups unshare -Ur true",
    "overlay": "cd $(mktemp -d) && mkdir u w m && "
    "unshare -m mount -t overlay -o lowerdir=/usr,upperdir=u,workdir=w none m",
    "bridges": "unshare -n sh -c 'ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2'",
    "firewall": "unshare -n nft add table inet probe",
    "cgroups": "d=$(ls -d /sys/fs/cgroup/pids /sys/fs/cgroup 2>/dev/null | head -n 1)/probe; mkdir $d && rmdir $d",
    "tun": "unshare -n ip tuntap add probe0 mode tun",
}
# What a kernel says that has not, or does not allow, what it is asked for.
KNOWN_REASONS = re.compile(
    "Operation not permitted|Permission denied|Operation not supported|No such device|Unknown device type"
    "|No space left on device|Read-only file system"
)
CONTAINER = ("network namespaces", "mounts")
PODMAN = (*CONTAINER, "overlay", "cgroups", "firewall", "bridges")
ROOTLESS = (*PODMAN, "user namespaces", "tun")
READY = {
    "podman in LXC": "",
    "podman": "podman image exists racknet/ip || podman load -qi /racknet.tar >/dev/null",
    "containerd": """
    if ! ctr version >/dev/null 2>&1; then
      containerd </dev/null >/dev/null 2>&1 &
      for n in $(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
      ctr image import /racknet.tar >/dev/null
    fi
    """,
}


@dataclass(frozen=True)
class EngineCase:
    """A row of docs/engines.md: how to ask, and what is answered. No answers are a refusal.

    The page shows `ask`. The question follows it, except where `script` says how `ask` is done with `$question`.
    """

    engine: str
    package: str
    ask: str
    answers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = CONTAINER
    script: str = ""
    as_root: bool = True
    questions: tuple[str, ...] = ("public", "service")

    @property
    def commands(self) -> str:
        """The commands for a shell: first those that make the engine ready, then the question."""
        ready = next((commands for name, commands in READY.items() if self.engine.startswith(name)), "")
        return f"{ready}\n{self.script or f'{self.ask} $question'}"


def podman_cases(name: str, needs: tuple[str, ...], own: list[str], *, as_root: bool) -> list[EngineCase]:
    """Return the cases of podman: alone and in a pod, in the host's network and in these networks of its own."""

    def case(ask: str, answers: Mapping[str, str], script: str = "") -> EngineCase:
        return EngineCase(name, "podman", ask, answers, needs, script, as_root=as_root)

    def pod(flags: str) -> str:
        create = (
            f"podman pod create {flags} --name pod-$$ >/dev/null && trap 'podman pod rm -f -t 0 pod-$$ >/dev/null' EXIT"
        )
        return f"{create}\npodman run --rm --pod pod-$$ racknet/ip $question"

    in_pod = "podman run --rm --pod POD racknet/ip"
    return [
        case("podman run --rm --net=host racknet/ip", ANSWERS),
        case(f"{in_pod}, the pod made with --network=host", ANSWERS, pod("--network=host")),
        *(case(f"podman run --rm{flags} racknet/ip", {}) for flags in own),
        case(in_pod, {}, pod("")),
    ]


def job(file: str) -> str:
    """Return a script that plays examples/kubernetes/job.yaml, asking the question, and passes on what it prints."""
    return f"""
    trap 'podman pod rm -f -t 0 racknet-pod >/dev/null' EXIT
    sed "s/\\"service\\"/\\"$question\\"/" {file} >/tmp/job.yaml && podman kube play /tmp/job.yaml >/dev/null
    status=$(podman wait racknet-pod-racknet) && podman logs racknet-pod-racknet && exit $status
    """


# In podman, each container has an emptyDir in memory of its own, so that the init container's file would be lost.
DAEMON_SET = """
    trap 'podman pod rm -f -t 0 redis-pod >/dev/null' EXIT
    edit='/medium: Memory|sizeLimit: 1Mi/d; s/emptyDir:$/emptyDir: {}/'
    sed -E "$edit" /kubernetes/FILE >/tmp/daemonset.yaml
    if ! podman kube play /tmp/daemonset.yaml >/dev/null; then podman logs redis-pod-addresses; exit 1; fi
    cli="podman exec redis-pod-redis redis-cli -h"
    for n in $(seq 50); do [ "$($cli 10.208.1.5 ping 2>/dev/null)" = PONG ] && break; sleep 0.1; done
    [ "$($cli 10.208.1.5 ping)" = PONG ] && $cli 104.130.0.127 ping 2>&1 | grep -q 'Connection refused'
    podman exec redis-pod-redis sh -c '. /racknet/env; echo $RACKNET_SERVICE_IPV4'
"""


def bundle(runtime: str, namespaces: str) -> str:
    """Return a script that runs an OCI bundle with these of its namespaces."""
    return f"""
    mkdir -p /bundle/rootfs && cp /racknet /bundle/rootfs && cd /bundle && rm -f config.json && runc spec
    edit='.process.terminal = false | .process.args = ["/racknet", "'$question'"] | {namespaces}'
    jq "$edit" config.json >edited && mv edited config.json && {runtime} run racknet-$$
    """


HOSTS_NETWORK = 'del(.linux.namespaces[] | select(.type == "network"))'


def lxc(network: str) -> str:
    """Return a script that asks in an LXC container with such a network."""
    return f"""
    mkdir -p /var/lib/lxc/bare && printf '%s\\n' 'lxc.rootfs.path = dir:/tree' {network} >/var/lib/lxc/bare/config
    lxc-execute -n bare -- /racknet $question
    """


# An LXC container with all programs of its host, an address of its own, and podman in it.
LXC_HOST = """
    if ! ip link show lxcbr0 >/dev/null 2>&1; then
      ip link add lxcbr0 type bridge && ip addr add 10.0.3.1/24 dev lxcbr0 && ip link set lxcbr0 up
    fi
    root=$(mktemp -d) && cd $root && mkdir upper work all /var/lib/lxc/$$
    mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none all
    trap "cd /; umount $root/all; rm -rf /var/lib/lxc/$$" EXIT
    cat >/var/lib/lxc/$$/config <<END
lxc.rootfs.path = dir:$root/all
lxc.mount.auto = proc:rw sys:rw
lxc.mount.entry = /sys/fs/cgroup sys/fs/cgroup none rbind 0 0
lxc.mount.entry = none tmp tmpfs rw 0 0
lxc.mount.entry = none run tmpfs rw 0 0
lxc.mount.entry = none dev/shm tmpfs rw,create=dir 0 0
lxc.mount.entry = none var/lib/containers tmpfs rw,create=dir 0 0
lxc.net.0.type = veth
lxc.net.0.link = lxcbr0
lxc.net.0.name = eth0
lxc.net.0.flags = up
lxc.net.0.ipv4.address = 10.0.3.7/24
lxc.net.0.ipv4.gateway = 10.0.3.1
lxc.cap.drop =
END
    echo "question=$question" >all/inside
    cat >>all/inside <<'END'
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
trap 'podman rm -f -t 0 --all >/dev/null' EXIT
podman load -qi /racknet.tar >/dev/null
DAEMON
podman run --cgroups=disabled --rm --net=host racknet/ip $question
END
    lxc-execute -n $$ -- bash /inside
"""
RUNNING = (
    "podman run --cgroups=disabled -d --rm --net=bridge racknet/ip "
    "service --in-container --interface none --wait 60 >/dev/null"
)


CASES = [
    *podman_cases("podman, as root", PODMAN, ["", " --net=none", " --net=slirp4netns"], as_root=True),
    EngineCase(
        "podman, as root",
        "podman",
        "podman kube play job.yaml",
        ANSWERS,
        PODMAN,
        job("/kubernetes/job.yaml"),
    ),
    EngineCase(
        "podman, as root",
        "podman",
        "podman kube play daemonset.yaml, without medium: Memory",
        {"service": ANSWERS["service"]},
        PODMAN,
        DAEMON_SET.replace("FILE", "daemonset.yaml"),
        questions=("service",),
    ),
    EngineCase(
        "podman, as root",
        "podman",
        "podman kube play job.yaml, without hostNetwork",
        {},
        PODMAN,
        job("/kubernetes/own-job.yaml"),
    ),
    EngineCase(
        "podman, as root",
        "podman",
        "podman kube play daemonset.yaml, without hostNetwork",
        {},
        PODMAN,
        DAEMON_SET.replace("FILE", "own-daemonset.yaml"),
        questions=("service",),
    ),
    EngineCase("podman with runc", "runc", "podman --runtime=runc run --rm --net=host racknet/ip", ANSWERS, PODMAN),
    EngineCase("podman with runc", "runc", "podman --runtime=runc run --rm racknet/ip", {}, PODMAN),
    *podman_cases(
        "podman, without root",
        ROOTLESS,
        ["", " --net=none", " --net=slirp4netns", " --net=bridge"],
        as_root=False,
    ),
    EngineCase(
        "containerd",
        "containerd",
        "ctr run --rm --net-host docker.io/racknet/ip:latest ID /racknet",
        ANSWERS,
        (*CONTAINER, "overlay", "cgroups"),
        "ctr run --rm --net-host docker.io/racknet/ip:latest racknet-$$ /racknet $question",
    ),
    EngineCase(
        "containerd",
        "containerd",
        "ctr run --rm docker.io/racknet/ip:latest ID /racknet",
        {},
        (*CONTAINER, "overlay", "cgroups"),
        "ctr run --rm docker.io/racknet/ip:latest racknet-$$ /racknet $question",
    ),
    *(
        EngineCase(
            runtime, runtime, f"{runtime} run ID, {what}", answers, (*CONTAINER, "cgroups"), bundle(runtime, edit)
        )
        for runtime in ("crun", "runc")
        for what, answers, edit in (
            ("a bundle without a network namespace", ANSWERS, HOSTS_NETWORK),
            ("the bundle of runc spec", {}, "."),
        )
    ),
    *(
        EngineCase(
            "systemd-nspawn",
            "systemd-container",
            f"systemd-nspawn --pipe{flags} -D TREE /racknet",
            answers,
            (*CONTAINER, "cgroups", "bridges"),
            f"systemd-nspawn --pipe -q --register=no --keep-unit{flags} -D /tree /racknet $question",
        )
        for flags, answers in (("", ANSWERS), (" --private-network", {}), (" --network-veth", {}))
    ),
    *(
        EngineCase("LXC", "lxc", f"lxc-execute -n NAME -- /racknet, with {what}", answers, needs, lxc(config))
        for what, answers, needs, config in (
            ("lxc.net.0.type = none", ANSWERS, (*CONTAINER, "cgroups"), "'lxc.net.0.type = none'"),
            ("lxc.net.0.type = empty", {}, (*CONTAINER, "cgroups"), "'lxc.net.0.type = empty'"),
            (
                "lxc.net.0.type = veth",
                {},
                (*CONTAINER, "cgroups", "bridges"),
                "'lxc.net.0.type = veth' 'lxc.net.0.flags = up' 'lxc.net.0.ipv4.address = 10.0.3.8/24'",
            ),
        )
    ),
    EngineCase(
        "podman in LXC",
        "lxc",
        "podman run --rm --net=host racknet/ip, while podman's bridge is there",
        LXC_ANSWER,
        PODMAN,
        LXC_HOST.replace("DAEMON", RUNNING),
        questions=("service",),
    ),
    EngineCase(
        "podman in LXC",
        "lxc",
        "podman run --rm --net=host racknet/ip, without a bridge",
        {},
        PODMAN,
        LXC_HOST.replace("DAEMON", ""),
    ),
    *(
        EngineCase(
            name,
            "bubblewrap",
            f"bwrap --ro-bind /racknet /racknet --proc /proc --dev /dev{flags} /racknet",
            answers,
            needs,
            as_root=as_root,
        )
        for name, needs, as_root in (
            ("bubblewrap, as root", CONTAINER, True),
            ("bubblewrap, without root", (*CONTAINER, "user namespaces"), False),
        )
        for flags, answers in (("", ANSWERS), (" --unshare-net", {}))
    ),
    EngineCase("unshare, as root", "util-linux", "unshare --mount --pid --fork /racknet", ANSWERS),
    EngineCase("unshare, as root", "util-linux", "unshare --net /racknet"),
    *(
        EngineCase(
            "unshare, without root",
            "util-linux",
            f"unshare --user --map-root-user{flags} /racknet",
            answers,
            (*CONTAINER, "user namespaces"),
            as_root=False,
        )
        for flags, answers in (("", ANSWERS), (" --net", {}))
    ),
    EngineCase("chroot", "coreutils", "chroot TREE /racknet", ANSWERS, script="chroot /tree /racknet $question"),
    EngineCase(
        "chroot",
        "coreutils",
        "unshare --net chroot TREE /racknet",
        script="unshare --net chroot /tree /racknet $question",
    ),
]
# These must run wherever the tests run.
FLOOR = [
    {"podman, as root"},
    {"crun", "runc"},
    {"containerd"},
    {"bubblewrap, as root", "bubblewrap, without root"},
    {"unshare, as root"},
    {"chroot"},
]

# A Rackspace host. Where cgroups are of version 2, its processes leave the root of theirs, or no other could be made.
HOST_SCRIPT = (
    HOSTS["rackspace"].layout.script
    + f"""
chmod 666 /dev/net/tun /dev/fuse
mkdir -p /run/user/1000 /tree/usr /tree/etc /tree/proc /tree/sys /tree/dev /tree/run /tree/tmp /kubernetes
chown {USER} /run/user/1000
echo ID=tree >/tree/etc/os-release
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || :
  sed 's/ / +/g; s/^/+/' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
fi
"""
)
FLAGS = [
    "--tmpfs=/run:exec",
    "--tmpfs=/tmp:exec",
    "--tmpfs=/var/lib/containers:exec",
    "--tmpfs=/var/lib/containerd:exec",
    f"--tmpfs=/home/{USER}:exec,uid=1000,gid=1000",
]


def run(container: str, script: str, question: str = "", *, as_root: bool = True) -> CommandResult:
    """Run a script in a container of ENGINES, with a question. Standard input is empty."""
    variables = {"question": question, "PODMAN_IGNORE_CGROUPSV1_WARNING": "1"}
    if not as_root:
        variables |= {"HOME": f"/home/{USER}", "XDG_RUNTIME_DIR": "/run/user/1000"}
    flags = [f"--env={name}={value}" for name, value in variables.items()]
    user = [] if as_root else [f"--user={USER}"]
    return engine.command("docker", "exec", *flags, *user, container, "bash", "-c", script)


def why_not(container: str, case: EngineCase) -> str:
    """Return why a case cannot run in a container: what it needs, and what the probe said. "" if it can."""
    return next(filter(None, (probe(container, need) for need in case.needs)), "")


@cache
def probe(container: str, need: str) -> str:
    """Return what a container lacks, with the probe and what it said. "" if it has the need."""
    result = run(container, PROBES[need])
    return f"{need}: {PROBES[need]}: {result.err.strip()}" if result.status else ""
