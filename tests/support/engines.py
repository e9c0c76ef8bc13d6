"""Engines other than Docker, as Debian has them: how racknet is asked under each. docs/engines.md shows this table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from support import engine
from support.engine import CommandResult
from support.hosts import HOSTS

ENGINES = "racknet/tests:engines"
USER = "someone"
ANSWERS = {"public": "104.130.0.127", "service": "10.208.1.5"}

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
CGROUPS = (*CONTAINER, "cgroups")
PODMAN = (*CONTAINER, "overlay", "cgroups", "firewall", "bridges")
NEEDS = {
    "container": CONTAINER,
    "users": (*CONTAINER, "user namespaces"),
    "cgroups": CGROUPS,
    "overlay": (*CONTAINER, "overlay", "cgroups"),
    "bridges": (*CGROUPS, "bridges"),
    "podman": PODMAN,
    "rootless": (*PODMAN, "user namespaces", "tun"),
}
# What makes an engine ready.
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
# What asks `$question` where that takes more than a command.
FUNCTIONS = r"""
pod() { # [FLAG]...: in a pod that is made with these
  podman pod create "$@" --name pod-$$ >/dev/null && trap 'podman pod rm -f -t 0 pod-$$ >/dev/null' EXIT
  podman run --rm --pod pod-$$ racknet/ip $question
}
job() { # FILE: plays examples/kubernetes/job.yaml with the question, and passes on what it prints
  trap 'podman pod rm -f -t 0 racknet-pod >/dev/null' EXIT
  sed "s/\"service\"/\"$question\"/" "/kubernetes/$1" >/tmp/job.yaml && podman kube play /tmp/job.yaml >/dev/null
  status=$(podman wait racknet-pod-racknet) && podman logs racknet-pod-racknet && exit $status
}
# In podman, each container has an emptyDir in memory of its own, so that the init container's file would be lost.
daemonset() { # FILE
  trap 'podman pod rm -f -t 0 redis-pod >/dev/null' EXIT
  edit='/medium: Memory|sizeLimit: 1Mi/d; s/emptyDir:$/emptyDir: {}/'
  sed -E "$edit" "/kubernetes/$1" >/tmp/daemonset.yaml
  if ! podman kube play /tmp/daemonset.yaml >/dev/null; then podman logs redis-pod-addresses; exit 1; fi
  cli="podman exec redis-pod-redis redis-cli -h"
  for n in $(seq 50); do [ "$($cli 10.208.1.5 ping 2>/dev/null)" = PONG ] && break; sleep 0.1; done
  [ "$($cli 10.208.1.5 ping)" = PONG ] && $cli 104.130.0.127 ping 2>&1 | grep -q 'Connection refused'
  podman exec redis-pod-redis sh -c '. /racknet/env; echo $RACKNET_SERVICE_IPV4'
}
bundle() { # RUNTIME EDIT: an OCI bundle, edited by jq
  mkdir -p /bundle/rootfs && cp /racknet /bundle/rootfs && cd /bundle && rm -f config.json && runc spec
  edit='.process.terminal = false | .process.args = ["/racknet", "'$question'"] | '$2
  jq "$edit" config.json >edited && mv edited config.json && $1 run racknet-$$
}
lxc() { # LINE...: an LXC container with such a network
  mkdir -p /var/lib/lxc/bare && printf '%s\n' 'lxc.rootfs.path = dir:/tree' "$@" >/var/lib/lxc/bare/config
  lxc-execute -n bare -- /racknet $question
}
podman_in_lxc() { # [DAEMON]: an LXC container with all programs of its host, an address, and podman in it
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
  cat >all/inside <<END
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
trap 'podman rm -f -t 0 --all >/dev/null' EXIT
podman load -qi /racknet.tar >/dev/null
$1
podman run --cgroups=disabled --rm --net=host racknet/ip $question
END
  lxc-execute -n $$ -- bash /inside
}
waiting="podman run --cgroups=disabled -d --rm --net=bridge racknet/ip"
waiting="$waiting service --in-container --interface none --wait 60 >/dev/null"
"""

# An engine, its package, and what it needs; then how it is asked. `+` answers both questions, `-` neither;
# `+ADDRESS` and `-service` are asked for `service` alone. Behind `=>` is what really asks, if there is more to it.
TABLE = """
podman, as root: podman podman
    + podman run --rm --net=host racknet/ip
    + podman run --rm --pod POD racknet/ip, the pod made with --network=host => pod --network=host
    - podman run --rm racknet/ip
    - podman run --rm --net=none racknet/ip
    - podman run --rm --net=slirp4netns racknet/ip
    - podman run --rm --pod POD racknet/ip => pod
    + podman kube play job.yaml => job job.yaml
    +10.208.1.5 podman kube play daemonset.yaml, without medium: Memory => daemonset daemonset.yaml
    - podman kube play job.yaml, without hostNetwork => job own-job.yaml
    -service podman kube play daemonset.yaml, without hostNetwork => daemonset own-daemonset.yaml
podman with runc: runc podman
    + podman --runtime=runc run --rm --net=host racknet/ip
    - podman --runtime=runc run --rm racknet/ip
podman, without root: podman rootless
    + podman run --rm --net=host racknet/ip
    + podman run --rm --pod POD racknet/ip, the pod made with --network=host => pod --network=host
    - podman run --rm racknet/ip
    - podman run --rm --net=none racknet/ip
    - podman run --rm --net=slirp4netns racknet/ip
    - podman run --rm --net=bridge racknet/ip
    - podman run --rm --pod POD racknet/ip => pod
containerd: containerd overlay
    + ctr run --rm --net-host IMAGE ID /racknet => ctr run --rm --net-host IMAGE racknet-$$ /racknet $question
    - ctr run --rm IMAGE ID /racknet => ctr run --rm IMAGE racknet-$$ /racknet $question
crun: crun cgroups
    + crun run ID, a bundle without a network namespace => bundle crun HOSTS_NETWORK
    - crun run ID, the bundle of runc spec => bundle crun .
runc: runc cgroups
    + runc run ID, a bundle without a network namespace => bundle runc HOSTS_NETWORK
    - runc run ID, the bundle of runc spec => bundle runc .
systemd-nspawn: systemd-container bridges
    + systemd-nspawn --pipe -D TREE /racknet => NSPAWN -D /tree /racknet $question
    - systemd-nspawn --pipe --private-network -D TREE /racknet => NSPAWN --private-network -D /tree /racknet $question
    - systemd-nspawn --pipe --network-veth -D TREE /racknet => NSPAWN --network-veth -D /tree /racknet $question
LXC: lxc cgroups
    + lxc-execute -n NAME -- /racknet, with lxc.net.0.type = none => lxc 'lxc.net.0.type = none'
    - lxc-execute -n NAME -- /racknet, with lxc.net.0.type = empty => lxc 'lxc.net.0.type = empty'
LXC: lxc bridges
    - lxc-execute -n NAME -- /racknet, with lxc.net.0.type = veth => lxc 'lxc.net.0.type = veth' OWN_ADDRESS
podman in LXC: lxc podman
    +10.0.3.7 podman run --rm --net=host racknet/ip, while podman's bridge is there => podman_in_lxc "$waiting"
    - podman run --rm --net=host racknet/ip, without a bridge => podman_in_lxc
bubblewrap, as root: bubblewrap container
    + bwrap --ro-bind /racknet /racknet --proc /proc --dev /dev /racknet
    - bwrap --ro-bind /racknet /racknet --proc /proc --dev /dev --unshare-net /racknet
bubblewrap, without root: bubblewrap users
    + bwrap --ro-bind /racknet /racknet --proc /proc --dev /dev /racknet
    - bwrap --ro-bind /racknet /racknet --proc /proc --dev /dev --unshare-net /racknet
unshare, as root: util-linux container
    + unshare --mount --pid --fork /racknet
    - unshare --net /racknet
unshare, without root: util-linux users
    + unshare --user --map-root-user /racknet
    - unshare --user --map-root-user --net /racknet
chroot: coreutils container
    + chroot TREE /racknet => chroot /tree /racknet $question
    - unshare --net chroot TREE /racknet => unshare --net chroot /tree /racknet $question
"""
WORDS = {
    "IMAGE": "docker.io/racknet/ip:latest",
    "HOSTS_NETWORK": """'del(.linux.namespaces[] | select(.type == "network"))'""",
    "NSPAWN": "systemd-nspawn --pipe -q --register=no --keep-unit",
    "OWN_ADDRESS": "'lxc.net.0.flags = up' 'lxc.net.0.ipv4.address = 10.0.3.8/24'",
}


@dataclass(frozen=True)
class EngineCase:
    """A row of docs/engines.md: how to ask, by a script with `$question`, and what is answered; none is a refusal."""

    engine: str
    package: str
    needs: tuple[str, ...]
    ask: str
    script: str
    questions: tuple[str, ...]
    answers: Mapping[str, str]

    @property
    def as_root(self) -> bool:
        return "without root" not in self.engine

    @property
    def commands(self) -> str:
        """The commands for a shell: first those that make the engine ready, then the question."""
        ready = next((commands for name, commands in READY.items() if self.engine.startswith(name)), "")
        return f"{FUNCTIONS}\n{ready}\n{self.script}"


def parse(table: str) -> Iterator[EngineCase]:
    """Yield the rows of a table."""
    for line in table.strip("\n").splitlines():
        if not line.startswith(" "):
            engine, _, of = line.partition(": ")
            package, needs = of.split()
            continue
        kind, _, row = line.strip().partition(" ")
        for word, text in WORDS.items():
            row = row.replace(word, text)
        ask, _, script = row.partition(" => ")
        questions = ("public", "service") if kind in "+-" else ("service",)
        answers = ANSWERS if kind == "+" else {"service": kind[1:]} if kind.startswith("+") else {}
        yield EngineCase(engine, package, NEEDS[needs], ask, script or f"{ask} $question", questions, answers)


CASES = list(parse(TABLE))
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
