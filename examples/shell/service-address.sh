#!/bin/sh
# Use the service address in a script, for any POSIX shell. If racknet fails, nothing below it runs.
set -eu

# Assign first, then export: `export IP="$(racknet service)"` has the status of `export`, which is 0.
IP="$(racknet service ipv4)"
export IP

# Write beside the target, then move: the target is the old file or the new one, and never empty.
echo "bind $IP" >redis.conf.new
mv redis.conf.new redis.conf
