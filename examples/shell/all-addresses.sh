#!/bin/sh
# Use all addresses in a script, for any POSIX shell. If racknet has no service address, nothing below it runs.
set -eu

# Assign first, then evaluate: `eval "$(racknet env --export)"` evaluates nothing, with status 0.
variables="$(racknet env --export --require service)"
unset RACKNET_PUBLIC_IPV4 RACKNET_PUBLIC_IPV6 RACKNET_SERVICE_IPV4 RACKNET_SERVICE_IPV6 # from before
eval "$variables"

# `env` prints the variables that have an answer. Only the required one is there in any case.
echo "bind $RACKNET_SERVICE_IPV4" >redis.conf.new
mv redis.conf.new redis.conf
