"""The ways to get racknet on a host: script/install, the Debian package, the wheel, the package from a clone."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from hashlib import sha256
from pathlib import Path
from shutil import copy, copytree, ignore_patterns, which

import pytest
from architectures import BY_NAME
from support import engine
from support.engine import CommandResult, refused
from support.pages import ROOT, block

from racknet import __version__

CHECKS = "racknet/tests:packages"
CERTIFICATES = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))  # as script/image does it
VERSION = f"racknet {__version__}\n"
pytestmark = pytest.mark.all


def make_deb(
    executable: str, architecture: str, folder: Path, umask: int = 0o022, maintainer: Mapping[str, str] | None = None
) -> Path:
    """Make a Debian package, and return its path. Variables may name another maintainer."""
    licences = folder / "licences"
    fsf = "Free Software Foundation, Inc., 51 Franklin St, Fifth Floor, Boston, MA 02110-1301, USA"  # as in real ones
    licences.write_text(f"=== libc6-dev\n\nCopyright (C) 1991-2025 Free Software Foundation, Inc.\n\n{fsf}\n")
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **(maintainer or {})}
    words = [str(ROOT / "packaging" / "make_deb.py"), executable, architecture, str(licences), str(folder)]
    done = engine.build(sys.executable, *words, env=environ, umask=umask)
    assert done.status == 0, done.err
    return Path(done.out.rstrip("\n"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package of the image's executable."""
    with engine.executable() as path:
        return make_deb(path, "amd64", tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def host(package: Path) -> Iterator[str]:
    """A container of Debian with the package, which apt-get has installed."""
    with engine.started(CHECKS, "sleep", "600", flags=["--net=none"]) as container:
        engine.docker("cp", str(package), f"{container}:/tmp/racknet.deb")
        engine.docker("exec", container, "apt-get", "install", "-y", "-qq", "/tmp/racknet.deb")
        yield container


def in_debian(
    script: str, mounts: Mapping[str, Path], image: str = "debian:trixie-slim", network: str = "none"
) -> CommandResult:
    """Run a script of bash in /tmp of a container, with files and folders at these places."""
    volumes = [f"--volume={path}:{place}:ro" for place, path in mounts.items()]
    flags = ["-i", f"--net={network}", "--workdir=/tmp", *volumes]
    return engine.run(image, "bash", "-s", flags=flags, stdin=script, timeout=300)


def test_deb_installs(package: Path) -> None:
    """apt-get installs the package on a Debian that has nothing else, and removes all of it."""
    script = """
        set -eu
        apt-get install -y -qq /tmp/racknet.deb >/dev/null 2>&1
        racknet --version
        dpkg --verify racknet
        apt-get purge -y -qq racknet >/dev/null 2>&1
        find / -xdev -path /tmp -prune -o -name '*racknet*' -print
    """
    assert in_debian(script, {"/tmp/racknet.deb": package}) == CommandResult(VERSION, "", 0)


def test_lintian_is_content(host: str) -> None:
    """Debian's lintian finds nothing wrong with the package."""
    lintian = "lintian --allow-root --fail-on error,warning /tmp/racknet.deb"
    assert engine.bash(host, lintian) == CommandResult("", "", 0)


def test_man_pages(host: str) -> None:
    """Both man pages are there, and neither man nor mandoc has anything to say against them."""
    script = """
        set -eu
        for page in racknet racknet-cluster; do
          LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings $page >/tmp/page
          grep -c 'racknet(1)' /tmp/page
          mandoc -T lint -W warning "$(man -w $page)"
        done
    """
    result = engine.bash(host, script)
    assert (result.err, result.status) == ("", 0), result.out
    assert len(result.out.split()) == 2


COMPLETIONS = {
    "bash": """
{setup}
COMP_WORDS=(racknet serv) COMP_CWORD=1
_racknet_completion racknet
echo "${{COMPREPLY[@]}}"
""",
    "zsh": """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell '{setup}; PS1=; print READY'
zpty -r shell said '*READY*READY*'
zpty -w -n shell $'racknet serv\\tipv6'
zpty -r shell said '*service*ipv6*'  # what is typed while zsh starts stands there twice
print -r -- $said
""",
    "fish": "\n{setup}\ncomplete -C 'racknet serv'\n",
}
INSTALLED = {
    "bash": ". /usr/share/bash-completion/bash_completion; _comp_load racknet",
    "zsh": "autoload -Uz compinit && compinit",
    "fish": "",
}


def complete(shell: str, setup: str, *words: str) -> CommandResult:
    """Run a `docker` command with a shell that is set up, and asked to complete `racknet serv`."""
    script = ["timeout", "30", shell, "-c", COMPLETIONS[shell].format(setup=setup)]
    return engine.command("docker", words[0], "-e", "HOME=/tmp", "-e", "TERM=dumb", *words[1:], *script)


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_completions(host: str, shell: str) -> None:
    """The completions of the Debian package complete a command, in a shell that was just started."""
    result = complete(shell, INSTALLED[shell], "exec", host)
    assert "service" in result.out, result


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_completions_by_hand(shell: str) -> None:
    """Without the Debian package, the lines of docs/install.md do the same."""
    starts = {"bash": "eval", "zsh": "autoload", "fish": "_RACKNET_COMPLETE"}
    with engine.executable() as path:
        flags = ["--rm", "--label", engine.LABEL, "--net=none", "-v", f"{path}:/usr/local/bin/racknet:ro"]
        result = complete(shell, block("docs/install.md", starts[shell]), "run", *flags, CHECKS)
    assert "service" in result.out, result


def test_completions_are_those_of_the_executable(host: str) -> None:
    """The completions, which come from the package of this Python, are what the executable prints."""
    paths = "bash-completion/completions/racknet zsh/vendor-completions/_racknet fish/vendor_completions.d/racknet.fish"
    for shell, path in zip(("bash", "zsh", "fish"), paths.split(), strict=True):
        printed = engine.bash(host, f"_RACKNET_COMPLETE=source_{shell} racknet").out.strip()
        assert printed
        assert engine.bash(host, f"cat /usr/share/{path}").out.startswith(printed)


def test_deb_is_reproducible(tmp_path: Path) -> None:
    """Two packages of one executable are the same, byte for byte, under any umask."""
    digests = []
    for umask in (0o022, 0o077):
        folder = tmp_path / oct(umask)
        folder.mkdir()
        (folder / "racknet").write_text("#!/bin/sh\n")
        package = make_deb(str(folder / "racknet"), "arm64", folder, umask=umask)
        digests.append(sha256(package.read_bytes()).hexdigest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("name", BY_NAME)
def test_architecture_of_the_deb(name: str, tmp_path: Path) -> None:
    """The package has Debian's name of the architecture, which may be another than ours."""
    (tmp_path / "racknet").write_text("#!/bin/sh\n")
    package = make_deb(str(tmp_path / "racknet"), name, tmp_path)
    debian = {"armv7": "armhf", "ppc64le": "ppc64el"}.get(name, name)
    assert package.name == f"racknet_{__version__}-1_{debian}.deb"
    assert engine.command("dpkg-deb", "--field", str(package), "Architecture").out == f"{debian}\n"


def test_deb_says_whose_it_is(tmp_path: Path) -> None:
    """The package names the project's page and its authors, as the wheel does; the usual variables name another."""
    (tmp_path / "racknet").write_text("#!/bin/sh\n")
    project = ConfigParser()
    project.read(ROOT / "setup.cfg")
    about = project["metadata"]
    assert about["url"].startswith("https://")
    assert not re.search(r"@(.*\.)?(example(\.\w+)?|invalid|test|localhost)$", about["author_email"])
    other = {"DEBFULLNAME": "A Maintainer", "DEBEMAIL": "maintainer@debian.org"}
    authors = f"{about['author']} <{about['author_email']}>"
    for variables, maintainer in ({}, authors), (other, "A Maintainer <maintainer@debian.org>"):
        package = make_deb(str(tmp_path / "racknet"), "arm64", tmp_path, maintainer=variables)
        fields = engine.command("dpkg-deb", "--field", str(package), "Maintainer", "Homepage").out
        assert fields == f"Maintainer: {maintainer}\nHomepage: {about['url']}\n"


def test_signature(tmp_path: Path) -> None:
    """A signed SHA256SUMS is verified as SECURITY.md says, and a changed one is not. Without a key, it says so."""
    script = """
        set -eu
        mkdir dist; echo racknet >dist/racknet
        ssh-keygen -q -t ed25519 -N '' -f key
        printf 'racknet namespaces="file" %s\\n' "$(cat key.pub)" >dist/allowed_signers
        /checksums dist 2>&1
        ls dist
        SIGNING_KEY=key /checksums dist
        cd dist
        verify='ssh-keygen -Y verify -f allowed_signers -I racknet -n file -s SHA256SUMS.sig'
        $verify <SHA256SUMS >/dev/null && sha256sum --check --quiet SHA256SUMS && echo verified
        sed 's/^./x/' SHA256SUMS | $verify >/dev/null 2>&1 || echo refused
        SIGNING_KEY=none /checksums . 2>&1 || echo status $?
    """
    result = in_debian(script, {"/checksums": ROOT / "script" / "checksums"}, CHECKS)
    assert result.out.splitlines() == [
        "script/checksums: SHA256SUMS is not signed: SIGNING_KEY names no key",
        *("SHA256SUMS", "allowed_signers", "racknet", "verified", "refused"),
        "script/checksums: SIGNING_KEY: 'none' is not a file that you may read",
        "hint: make a key with: ssh-keygen -t ed25519 -f FILE",
        "status 2",
    ], result.err
    assert result.err.startswith("script/checksums: SHA256SUMS.sig is the signature of 256 SHA256:")


def test_ten_hosts(package: Path) -> None:
    """README.md: the package of a release gets to each host. Where it arrives damaged, nothing is installed."""
    release, loop = block("README.md", "script/release").split("\n", 1)
    assert (release, package.name in loop) == ("script/release", True)
    script = f"""
        scp() {{
          cp "$1" "$2" "/home/${{3%:}}"
          if [ "$3" = "$broken:" ]; then echo >>"/home/${{3%:}}/${{2#dist/}}"; fi
        }}
        sudo() {{ echo "installs on $PWD" && "$@" >/dev/null 2>&1; }}
        ssh() {{ (cd "/home/$1" && eval "$2"); }}
        set -eu
        cp -r /release/dist . && sh /checksums dist >/dev/null 2>&1
        mkdir /home/n1 /home/n2 /home/n3
        broken=n2; if {loop}; then echo all; fi
        echo ---
        broken=none; {loop}
        racknet --version
    """
    mounts = {f"/release/dist/{package.name}": package, "/checksums": ROOT / "script" / "checksums"}
    result = in_debian(script, mounts, CHECKS)
    right, wrong = f"{package.name}: OK", f"{package.name}: FAILED"
    hosts = [f"/home/n{n}" for n in (1, 2, 3)]
    every = [line for host in hosts for line in (right, f"installs on {host}")]
    assert result.out.splitlines() == [*every[:2], wrong, "---", *every, VERSION.strip()], result.err
    assert result.status == 0


def test_install(tmp_path: Path) -> None:
    """script/install puts the executable into a directory, also over another one, and leaves nothing else there."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "racknet").write_text("an old one")
    for directory in ("bin", "a new one"):
        place = tmp_path / directory
        result = engine.command(str(ROOT / "script" / "install"), str(place))
        assert (result.out, result.status) == ("", 0), result.err
        assert f"script/install: {place}/racknet is {VERSION[:-1]}, from docker's image racknet/ip\n" in result.err
        assert f"hint: '{place}' is not on your PATH" in result.err
        assert [path.name for path in place.iterdir()] == ["racknet"]
        assert engine.command(str(place / "racknet"), "--version").out == VERSION


def test_image_asks_the_builder(tmp_path: Path) -> None:
    """script/image trusts the builder's cache alone: it asks for a build each time, whatever image has the name."""
    engine.write_script(tmp_path / "docker", f'echo "$*" >>{tmp_path}/asked\nexec {which("docker")} "$@"')
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for _ in range(2):
        done = engine.build(str(ROOT / "script" / "image"), env=environ)
        assert (done.out, done.status) == ("", 0), done.err
    assert done.err == ""  # nothing has changed since the first time
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len([words for words in asked if words.startswith("buildx bake ")]) == 2
    assert "racknet.sources" not in engine.docker("image", "inspect", engine.IMAGE)


@pytest.mark.parametrize(
    ("words", "message", "status"),
    [
        (["/proc"], "you may not write into '/proc'", 1),
        (["/proc/version"], "'/proc/version' is not a directory, and cannot be made one", 1),
        (["--helpme"], "'--helpme' is not an option", 2),
        (["/tmp", "/tmp"], "one directory, not 2: /tmp /tmp", 2),
        ([""], "the name of the directory is empty", 2),
        (["--with-engine", ""], "the name of the directory is empty", 2),
        (["--with-engine", "--with-engine"], "'--with-engine' is not an option", 2),
    ],
)
def test_install_errors(words: list[str], message: str, status: int) -> None:
    """Where script/install cannot write, it says what to do instead, and leaves nothing behind."""
    result = engine.command(str(ROOT / "script" / "install"), *words)
    assert (result.out, result.status) == ("", status)
    said, hint = result.err.splitlines()
    assert said == f"script/install: {message}"
    assert hint.startswith("hint: ")


def test_install_without_an_engine(tmp_path: Path) -> None:
    """script/install installs no engine and no source of packages. It says how to, and how to do without."""
    script = """
        cp -r /project /tmp/racknet && cd /tmp/racknet
        state() { dpkg-query --show; find /etc/apt -type f -exec sha256sum {} +; }
        state >before
        script/install && exit 9
        state | cmp - before
        script/install --with-engine && exit 9
        ls /usr/local/bin
    """
    result = in_debian(script, {"/project": project(tmp_path / "project")})
    assert (result.out, result.status) == ("", 0), result.err
    said, hint, asked, *_ = result.err.splitlines()
    assert said == "script/engine: no Docker engine answers"
    assert re.fullmatch(
        r"hint: script/install --with-engine installs .*\.deb, or install -m 755 racknet-linux-.*", hint
    )
    assert asked.startswith("script/engine: installing docker.io ")


def test_by_hand(tmp_path: Path) -> None:
    """docs/install.md: an image out of a file, the executable out of an image and out of a file, without a clone."""
    place = f"{tmp_path}/bin"
    saved = f"racknet/ip:{__version__}-amd64"
    for lines in (
        f"docker tag racknet/ip {saved}; docker save --output racknet-ip-{__version__}-amd64.tar {saved}; mkdir bin",
        block("docs/install.md", "docker load"),
        f"docker rmi {saved}",
        block("docs/install.md", "container=").replace("/usr/local/bin", place),
        f"mv {place}/racknet racknet-linux-amd64; chmod 644 racknet-linux-amd64",
        block("docs/install.md", "install -m 755").replace("/usr/local/bin", place),
    ):
        result = engine.build("bash", "-euc", lines, cwd=tmp_path)
        assert result.status == 0, result.err
    assert engine.command(f"{place}/racknet", "--version").out == VERSION


def test_scripts_leave_another_engine_alone() -> None:
    """Where DOCKER_HOST names an engine that does not answer, none is installed or started on this machine."""
    words = ["env", "DOCKER_HOST=tcp://127.0.0.1:1", str(ROOT / "script" / "engine")]
    result = engine.command(*words, timeout=20)
    assert refused(result, 1).startswith("script/engine: no Docker engine answers at tcp://127.0.0.1:1\nhint: ")


def project(folder: Path) -> Path:
    """Copy what script/run needs, as a clone has it."""
    for part in ("racknet", "script"):
        copytree(ROOT / part, folder / part, ignore=ignore_patterns("__pycache__"))
    for part in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "requirements.txt"):
        copy(ROOT / part, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as script/release builds it."""
    folder = project(tmp_path_factory.mktemp("project"))
    words = "-m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir".split()
    result = engine.command(sys.executable, *words, str(folder), str(folder))
    assert result.status == 0, result.err
    (path,) = folder.glob("*.whl")
    assert path.name == f"racknet-{__version__}-py3-none-any.whl"  # for every machine
    return path


@pytest.mark.alone  # a test's networks may hide the way to PyPI
@pytest.mark.parametrize("tool", ["pip", "pipx", "uvx"])
def test_wheel(tool: str, wheel: Path, tmp_path: Path) -> None:
    """The wheel gives the command: with pip in a clean environment, with pipx run, with uvx."""
    tools = Path(sys.executable).parent
    runs = {
        "pip": [str(tmp_path / "bin" / "racknet")],
        "pipx": [str(tools / "pipx"), "run", "--spec", str(wheel), "racknet"],
        "uvx": [str(tools / "uvx"), "--quiet", "--from", str(wheel), "racknet"],
    }
    if tool == "pip":
        assert engine.command(sys.executable, "-m", "venv", str(tmp_path)).status == 0
        installed = engine.command(str(tmp_path / "bin" / "pip"), "install", "--quiet", str(wheel))
        assert installed.status == 0, installed.err
    homes = {name: str(tmp_path / name) for name in ("PIPX_HOME", "UV_TOOL_DIR")}
    for words, expected in (["--version"], VERSION), (["list", "--json"], '"addresses"'):
        done = engine.command(*runs[tool], *words, environ=homes, timeout=600)
        assert done.status == 0, done.err
        assert expected in done.out


@pytest.mark.alone
@pytest.mark.parametrize("python", ["3.10", "3.13", "3.14"])
def test_wheels_for_arm64(python: str, wheel: Path, tmp_path: Path) -> None:
    """On arm64, all that the wheel needs comes as wheels too: no compiler is needed."""
    target = ["--python-version", python, "--implementation", "cp", "--only-binary=:all:"]
    platforms = [f"--platform={name}_aarch64" for name in ("manylinux2014", "manylinux_2_17")]
    words = ["-m", "pip", "download", "--quiet", *target, *platforms, "--dest", str(tmp_path), str(wheel)]
    result = engine.command(sys.executable, *words)
    assert result.status == 0, result.err
    machines = {path.name.split("-")[0]: path.stem.split("-")[-1] for path in tmp_path.iterdir()}
    assert {machines[name][-7:] for name in ("netifaces_plus", "psutil")} == {"aarch64"}


@pytest.mark.alone
def test_run_on_a_minimal_debian(tmp_path: Path) -> None:
    """Without Python and Docker, script/run installs Python, as root, and answers; another user gets the command."""
    script = """
        cp -r /project /tmp/racknet && cd /tmp/racknet && chmod -R a+rX .
        ! command -v python3 docker || exit 9
        su nobody -s /bin/sh -c 'script/run list' && exit 9
        echo --- >&2
        script/run list --json
    """
    mounts = {"/project": project(tmp_path / "project")}
    if CERTIFICATES.exists():
        mounts["/certificates"] = CERTIFICATES
        script = f"export PIP_CERT=/certificates\n{script}"
    result = in_debian(script, mounts, network="host")
    assert result.status == 0, result.err
    assert json.loads(result.out)["host"] is True
    user, root = result.err.split("---\n")
    assert user.splitlines() == [
        "script/run: no Docker engine with buildx answers: running the Python package",
        "script/venv: no Python from 3.10 on with venv is here",
        "hint: run this as root: apt-get update && apt-get install -y python3-venv",
    ]
    steps = [line for line in root.splitlines() if line.startswith("script/venv: ")]
    assert [step.split()[1] for step in steps[1:]] == ["1/3", "2/3", "3/3"]
