#!/bin/sh
# Write a file now, and again whenever the service address has changed, for any POSIX shell. It goes on until it is
# stopped, also while there is no address.
set -eu

racknet watch service | while read -r IP; do
  echo "bind $IP" >redis.conf.new
  mv redis.conf.new redis.conf
  # Restart here what reads the file.
done

# The pipe has the status of the loop, not that of racknet, which has said on standard error what is wrong.
exit 1
