#!/bin/sh
# Takes the host's addresses into the environment, then becomes the command. Needs the host's network: --net=host.
set -eu

# Without a service address there is nothing safe to listen on: the assignment fails, and `set -e` ends the container.
SERVICE_IP="$(racknet service ipv4 --wait 30)"
# A public address is good to have, but not every host has one.
PUBLIC_IP="$(racknet public ipv4 2>/dev/null)" || PUBLIC_IP=
export SERVICE_IP PUBLIC_IP

exec "$@"
