#!/bin/sh
# Put the host's addresses into the environment, then become the command. This needs the host's network: --net=host.
set -eu

# Without a service address, no address is safe to listen on. The assignment fails, and `set -e` ends the container.
SERVICE_IP="$(racknet service ipv4 --wait 30)"
# Not every host has a public address. Go on without it.
PUBLIC_IP="$(racknet public ipv4 2>/dev/null)" || PUBLIC_IP=
export SERVICE_IP PUBLIC_IP

exec "$@"
