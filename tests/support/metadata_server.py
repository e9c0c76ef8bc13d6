"""Providers' metadata services, as far as their documentation describes them: they print what they are asked.

It runs in a container, and needs nothing but Python. Its argument is a JSON object: the `cloud` ("" for all that do not
contradict each other, and no session needed), its `pairs` of a public and a private address, each on a NIC of its own,
and a `fault`. racknet/core/clouds.py names the documentation. Debian's cloud-init reads the same answers.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer  # HTTPServer would look up the name of the host
from typing import Any

SESSIONS = {"aws": "X-aws-ec2-metadata-token", "alibaba": "X-aliyun-ecs-metadata-token"}
HEADERS = ("Authorization", "Metadata", "Metadata-Flavor", *SESSIONS.values())
TTL = tuple(f"{name}-ttl-seconds" for name in SESSIONS.values())
TOKEN = "AQAEAF0000token=="
DEFAULT = {"cloud": "", "pairs": [["203.0.113.9", "172.31.5.9"]], "fault": ""}
PAGE = "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head></html>\n"
META, GOOGLE = "/latest/meta-data/", "/computeMetadata/v1/"

Pairs = list[list[str]]


def values(cloud: str, pairs: Pairs) -> dict[str, str]:
    """Return what a service that has folders and values answers, by paths."""
    public, private = pairs[0] if pairs else ("", "172.31.5.9")
    found = {
        f"{META}instance-id": "i-0123456789abcdef0",
        f"{META}local-ipv4": private,
        f"{META}private-ipv4": private,
        f"{GOOGLE}instance/id": "1234567890",
        f"{GOOGLE}instance/zone": "projects/1/zones/europe-west1-b",
        f"{GOOGLE}instance/hostname": "host.c.project.internal",
        f"{GOOGLE}project/attributes/": "{}",
        f"{GOOGLE}instance/attributes/": "{}",
        "/openstack/latest/meta_data.json": json.dumps(
            {"uuid": "d8e02d56-2648-49a3-bf97-6be8f1204f38", "name": "host"}
        ),
        "/opc/v2/instance/id": "ocid1.instance.oc1..example",
        "/conf": f"PUBLIC_IP_ADDRESS={public}",
    }
    if public:  # what a host without such an address does not have
        found |= {f"{META}{name}": public for name in ("public-ipv4", "eipv4")}
    elif cloud == "openstack":
        found[f"{META}public-ipv4"] = ""  # Nova has the name always
    for number, (public, private) in enumerate(pairs):
        mac = f"{META}network/interfaces/macs/0e:49:61:0f:c3:{number:02x}/"
        nic = f"{GOOGLE}instance/network-interfaces/{number}/"
        found |= {f"{nic}ip": private, f"{nic}access-configs/0/external-ip": public}
        if cloud == "tencent":
            found[f"{mac}local-ipv4s/{private}/public-ipv4"] = public
        else:
            found |= {f"{mac}device-number": str(number), f"{mac}local-ipv4s": private}
            if public:
                found |= {f"{mac}public-ipv4s": public, f"{mac}ipv4-associations/{public}": private}
    return found


def documents(pairs: Pairs) -> dict[str, object]:
    """Return the JSON documents of a service that has them, by paths."""
    network = {
        "interface": [
            {
                "ipv4": {
                    "ipAddress": [{"privateIpAddress": private, "publicIpAddress": ""}],
                    "subnet": [{"address": "172.31.0.0", "prefix": "20"}],
                },
                "ipv6": {"ipAddress": []},
                "macAddress": f"0022483F00{number:02X}",
            }
            for number, (_, private) in enumerate(pairs)
        ]
    }
    addresses = [{"frontendIpAddress": public, "privateIpAddress": private} for public, private in pairs]
    public, private = pairs[0] if pairs else (None, "172.31.5.9")
    return {
        "/metadata/instance": {
            "compute": {"name": "host", "vmId": "02aab8a4-74ef-476e-8182-f6d2ba4166a6"},
            "network": network,
        },
        "/metadata/instance/network": network,
        "/metadata/loadbalancer": {"loadbalancer": {"publicIpAddresses": addresses, "inboundRules": []}},
        "/conf?format=json": {"private_ip": private, "public_ip": public and {"address": public, "dynamic": False}},
    }


def listing(found: dict[str, str], folder: str) -> str | None:
    """Return the names in a folder, a line each; None where there is no such folder."""
    folder = folder.rstrip("/") + "/"
    rests = [path.removeprefix(folder).partition("/") for path in found if path.startswith(folder)]
    return "\n".join(dict.fromkeys(name + slash for name, slash, _ in rests)) or None


class Handler(BaseHTTPRequestHandler):
    """Answer a token to PUT, values to GET. Print the method, the host, the path and the headers of providers."""

    play: dict[str, Any] = DEFAULT

    def do_PUT(self) -> None:
        self.note(TTL)
        self.answer(200, TOKEN) if any(name in self.headers for name in TTL) else self.answer(400, "no TTL")

    def do_GET(self) -> None:
        self.note(HEADERS)
        cloud, pairs, fault = (self.play[name] for name in ("cloud", "pairs", "fault"))
        session = SESSIONS.get(cloud)
        bare = self.path.partition("?")[0]
        text = documents(pairs).get(self.path) or documents(pairs).get(bare)
        found = values(cloud, pairs)
        folder = None if bare in found else listing(found, bare)
        if session and self.headers[session] != TOKEN:
            self.answer(401, "Unauthorized")
        elif bare.startswith("/computeMetadata") and self.headers["Metadata-Flavor"] != "Google":
            self.answer(403, "Missing Metadata-Flavor:Google header.")
        elif bare.startswith("/metadata") and ("api-version" not in self.path or self.headers["Metadata"] != "true"):
            self.answer(400, '{"error": "Bad request. Required metadata header not specified"}')
        elif text:
            self.answer(200, json.dumps(text))
        elif bare not in found and folder is None:
            self.answer(404, PAGE)
        elif fault in ("list", "empty") and bare in found and found[bare] in {public for public, _ in pairs}:
            self.answer(200, "203.0.113.9\n203.0.113.10" if fault == "list" else "")
        else:
            self.answer(200, found.get(bare, folder or ""))

    def note(self, headers: tuple[str, ...]) -> None:
        named = [f"{name}: {self.headers[name]}" for name in headers if name in self.headers]
        print(self.command, self.headers["Host"], self.path, *named, flush=True)

    def answer(self, status: int, text: str) -> None:
        """Answer, or do what the fault is. Values end without a newline, as those of all these services."""
        fault = self.play["fault"]
        if fault == "slow":
            time.sleep(4)
        elif fault == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
        elif fault == "closed":
            return
        status, text = {
            "status": (500, "Internal Server Error"),
            "missing": (404, PAGE),
            "redirect": (302, ""),
            "html": (200, PAGE),
            "long": (200, "9" * 70_000),
        }.get(fault, (status, text))
        self.send_response(status)
        if fault == "redirect":
            self.send_header("Location", "http://198.51.100.7/elsewhere")
        if fault != "endless":
            self.send_header("Content-Length", str(len(text.encode()) + (fault == "short")))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments: Any) -> None:
        """Print nothing else."""


class Server(ThreadingTCPServer):
    """A server that leaves no thread or address behind."""

    allow_reuse_address = daemon_threads = True

    def handle_error(self, *arguments: Any) -> None:
        """Say nothing of a client that has given up."""


if __name__ == "__main__":
    Handler.play = DEFAULT | json.loads(sys.argv[1] if len(sys.argv) > 1 else "{}")
    Server(("", 80), Handler).serve_forever()
