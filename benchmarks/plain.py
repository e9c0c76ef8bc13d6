"""A peer for script/bench: what one would write today with psutil and Typer."""

import ipaddress
import socket

import psutil
import typer

app = typer.Typer()


@app.command()
def service() -> None:
    """Print the first private address of an interface."""
    for name, addresses in psutil.net_if_addrs().items():
        for address in addresses:
            if address.family == socket.AF_INET and ipaddress.ip_address(address.address).is_private and name != "lo":
                print(address.address)
                return


@app.command()
def public() -> None:
    """Print the first public address of an interface."""


if __name__ == "__main__":
    app()
