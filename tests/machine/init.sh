#!/usr/bin/busybox sh
# Process 1 of a machine: sets up each host of /cases, asks racknet and `ip` there, and cleans up.
# The results are lines of JSON on the first virtio port; texts in them are in base64.

/usr/bin/busybox mkdir -p /bin /proc /sys /dev /run /tmp /etc
/usr/bin/busybox --install -s /bin
export PATH=/usr/sbin:/bin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /etc/ppp && mount -t devpts pts /dev/pts && : >/etc/ppp/options
mount -t tmpfs run /run # where `ip netns` has its names

while read -r module options; do
  insmod "/modules/$module.ko" $options || echo "init: no module $module"
done </modules/order
until [ -e /dev/vport*p2 ]; do usleep 10000; done
port=$(echo /dev/vport*p2)
exec 3>"${port%2}1"
exec 4>"$port" # QEMU's monitor

# --- What the scripts of the cases use.

ip() { /usr/sbin/ip "$@"; } # busybox's shell takes busybox's own `ip` for any other

up() { # INTERFACE [ADDRESS]...: brings an interface up, with these addresses
  local interface=$1 address
  shift
  {
    echo "link set $interface up"
    for address; do echo "addr add $address dev $interface"; done
  } | ip -batch -
}

await() { # COMMAND...: until it succeeds, for at most 20 s
  local _
  for _ in $(seq 200); do
    "$@" >/dev/null 2>&1 && return
    usleep 100000
  done
  echo "not so within 20 s: $*"
  return 1
}

shows() { ip addr show dev "$1" | grep "$2"; } # INTERFACE TEXT: whether `ip` shows the text there
has_carrier() { [ "$(cat "/sys/class/net/$1/carrier")" = 1 ]; } # INTERFACE

pull() { # NIC: pulls its cable out; it must have the kernel's name and an IPv4 route
  echo "set_link n${1#eth} off" >&4
  echo "$1" >>/tmp/pulled
  await has_linkdown_routes "$1"
}

has_linkdown_routes() { ip route show dev "$1" | grep linkdown; } # NIC: they follow the carrier late

usb_nic() { (cd /sys/bus/usb/drivers/cdc_ether && ls -d ./*/net/*); } # writes where the USB NIC is, once it is there

usb() { # NAME: plugs the USB NIC in, and names it
  local nic
  insmod /modules/cdc_ether.ko
  await usb_nic
  nic=$(usb_nic)
  [ "${nic##*/}" = "$1" ] || ip link set "${nic##*/}" name "$1"
}

rackspace() {
  up eth0 104.130.0.127/24 2001:4802:7800:1:be76:4eff:fe20:b4c1/64
  up eth1 10.208.1.5/17 fe80::be76:4eff:fe20:b452/64
  ip route add default via 104.130.0.1
  ip -6 route add default via fe80::def dev eth0
  ip route add 10.176.0.0/12 via 10.208.0.1
  ip route add 10.208.0.0/12 via 10.208.0.1
}

lease() { # asks QEMU's DHCP server on eth4
  cat >/tmp/lease <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
printf '%s\n' "addr add $ip/$mask dev $interface" "route add default via $router" | /usr/sbin/ip -batch -
END
  chmod +x /tmp/lease
  ip link set eth4 up
  await has_carrier eth4
  udhcpc -i eth4 -n -q -t 20 -T 1 -s /tmp/lease
}

router() { # has a router on the wire of eth2 and eth3, in another namespace, which advertises itself
  ip netns add x
  ip link set eth3 netns x
  ip -n x link set eth3 up
  ip -n x addr add fe80::1/64 dev eth3 nodad
  ip netns exec x sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  cat >/tmp/radvd.conf <<'END'
interface eth3 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; prefix 2001:db8:5::/64 { }; };
END
  ip netns exec x radvd -C /tmp/radvd.conf -p /tmp/radvd.pid -m stderr_clean
  cd /proc/sys/net/ipv6/conf/eth2
  echo 0 >addr_gen_mode
  echo 2 >accept_ra
  echo 2 >use_tempaddr
  ip link set eth2 up
  await shows eth2 'scope global temporary'
}

ppp() { # ADDRESS: brings ppp0 up over a pty, with the default route; the other end is in another namespace
  local options="noauth local noccp novj noipv6"
  ip netns add x
  pppd $options "$1:192.0.2.1" pty "/usr/sbin/ip netns exec x pppd $options notty 192.0.2.1:$1"
  await shows ppp0 "inet $1"
  ip route add default dev ppp0
}

# --- One case after another.

# Every process costs time where QEMU translates: hence few of them, and `ip -batch`.

state() { # what a case must leave as it was
  echo /sys/class/net/* /run/netns/*
  printf '%s\n' 'addr' 'route show table all' 'rule' 'nexthop' | ip -o -batch -
  printf '%s\n' 'route show table all' 'rule' | ip -6 -batch -
  sort /proc/mounts
}

all_nics() { # whether all NICs are here: they come back from a network namespace a while after its end
  set -- /sys/class/net/*/device
  [ $# -ge "$nics" ]
}

clean() {
  [ -e /proc/self ] || mount -t proc proc /proc
  [ -e /sys/class ] || mount -t sysfs sys /sys
  killall -q pppd radvd && sleep 0.5
  plug
  for path in /run/netns/*; do [ ! -e "$path" ] || ip netns del "${path##*/}"; done
  [ ! -e /sys/class/net/ovs-system ] || ovs-dpctl del-dp ovs-system # `ip` cannot
  for module in mac80211_hwsim cdc_ether; do [ ! -e "/sys/module/$module" ] || rmmod "$module"; done
  await all_nics
  { undo_interfaces; undo_alternative_names; undo_rules; } | ip -force -batch -
  undo_rules | ip -6 -force -batch -
  for nic in $(cat /etc/nics); do settle "${nic##*:}"; done
  echo 1 >/proc/sys/net/ipv4/nexthop_compat_mode
}

plug() { # puts the cables in again that a case has pulled out
  local nic
  [ -e /tmp/pulled ] || return
  while read -r nic; do
    echo "set_link n${nic#eth} on" >&4
    await has_carrier "$nic"
  done </tmp/pulled
  rm /tmp/pulled
}

undo_interfaces() { # writes what `ip` is to do
  local path name nic
  for path in /sys/class/net/*; do
    name=${path##*/}
    case " $names bonding_masters " in *" $name "*) ;; *) [ -e "$path/device" ] || echo "link del $name" ;; esac
  done
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] || continue
    name=${path##*/}
    cd -P "$path/device" # a namespace may have given the NIC another index, and a case another name
    printf '%s\n' "link set $name down" "addr flush dev $name"
    for nic in $(cat /etc/nics); do
      [ "$nic" = "$PWD:$name" ] || [ "${nic%:*}" != "$PWD" ] || echo "link set $name name ${nic##*:}"
    done
  done
  printf '%s\n' 'addr flush dev lo scope global' 'route flush table main' 'nexthop flush'
}

undo_alternative_names() {
  ip -o link | awk '{
    for (i = 3; i < NF; i++) if ($i == "altname") {
      sub(/[:@].*/, "", $2); sub(/\\$/, "", $(i + 1)); print "link property del dev", $2, "altname", $(i + 1)
    }
  }'
}

undo_rules() { printf '%s\n' 'rule del pref 100' 'rule del pref 101'; }

settle() { # INTERFACE: only the addresses that a script gives it, ready at once; routes with a carrier or without
  local conf=/proc/sys/net/ipv6/conf/$1 value
  echo 0 >"/proc/sys/net/ipv4/conf/$1/ignore_routes_with_linkdown"
  [ -e "$conf" ] || return
  for value in accept_dad=0 accept_ra=0 addr_gen_mode=1 use_tempaddr=0 ignore_routes_with_linkdown=0; do
    echo "${value#*=}" >"$conf/${value%=*}"
  done
}

say() { # KEY TEXT: one line of results, the text in base64
  printf '{"case": "%s", "%s": "%s"}\n' "$case" "$1" "$(printf %s "$2" | base64 -w 0)" >&3
}

answer() { # asks racknet what is in $query
  $within /racknet $query </dev/null >/tmp/out 2>/tmp/err
  printf '{"case": "%s", "query": "%s", "status": %s, "out": "%s", "err": "%s"}\n' \
    "$case" "$query" $? "$(base64 -w 0 /tmp/out)" "$(base64 -w 0 /tmp/err)" >&3
}

name_nics() { # the NIC whose MAC address ends in 0 is eth0, and so on: not all machines find them in QEMU's order
  local path mac
  for path in /sys/class/net/eth*; do
    read -r mac <"$path/address"
    echo "link set ${path##*/} name nic${mac##*:0}"
  done
  for path in /sys/class/net/eth*; do echo "link set nic${path##*/eth} name ${path##*/}"; done
}

name_nics | ip -batch -
settle all
settle default
up lo
for path in /sys/class/net/eth*; do settle "${path##*/}"; done
for path in /sys/class/net/eth*; do echo "$(readlink -f "$path/device"):${path##*/}"; done >/etc/nics
nics=$(wc -l </etc/nics)
# The first VRF brings a rule, and the first namespace a mount, for good.
ip link add blue type vrf table 10 && ip link del blue
ip netns add x && ip netns del x
names=$(echo /sys/class/net/* | sed 's,/sys/class/net/,,g')
state >/tmp/before

while read -r case; do
  (
    set -e
    . "/cases/$case/script"
  ) >/tmp/setup 2>&1 </dev/null
  status=$? # behind `||` the script would go on after an error
  [ $status = 0 ] || say setup "$(cat /tmp/setup) (status $status)"
  read -r within <"/cases/$case/within"
  set -f # `--interface e*` is racknet's
  while read -r query; do answer; done <"/cases/$case/queries"
  set +f
  addresses=$($within /usr/sbin/ip -j addr)
  printf '{"case": "%s", "addresses": %s}\n' "$case" "${addresses:-[]}" >&3
  clean >/dev/null 2>&1
  state >/tmp/after
  say leftovers "$(diff /tmp/before /tmp/after)"
done </cases/order

poweroff -f
