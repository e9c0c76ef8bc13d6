"""A provider's metadata service, as far as documentation of providers describes it: it prints what it is asked.

It runs in a container, and needs nothing but Python.
"""

from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer  # HTTPServer would look up the name of the host
from typing import Any

HEADERS = ("Authorization", "Metadata", "Metadata-Flavor", "X-aws-ec2-metadata-token")
TTL = "X-aws-ec2-metadata-token-ttl-seconds"


class Handler(BaseHTTPRequestHandler):
    """Answer a token to PUT, an address to GET. Print the method, the host, the path and the headers of providers."""

    def do_PUT(self) -> None:
        self.answer("TOKEN", (TTL,))

    def do_GET(self) -> None:
        self.answer("PUBLIC_IP_ADDRESS=203.0.113.9" if self.path == "/conf" else "203.0.113.9", HEADERS)

    def answer(self, text: str, headers: tuple[str, ...]) -> None:
        named = [f"{name}: {self.headers[name]}" for name in headers if name in self.headers]
        print(self.command, self.headers["Host"], self.path, *named, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())

    def log_message(self, *arguments: Any) -> None:
        """Print nothing else."""


ThreadingTCPServer(("", 80), Handler).serve_forever()
