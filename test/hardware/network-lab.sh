#!/bin/sh
# A machine of its own for NetworkManager: own network, own mounts, own processes. Says `ready` and lives until its input ends.
set -u
for place in /run /etc/NetworkManager /var/lib/NetworkManager; do
  mkdir -p "$place"
  mount -t tmpfs lab "$place" || exit 1
done
# Read-only as in a container: then nobody waits for udev to speak of a new cable.
mount -t sysfs -o ro lab /sys || exit 1
mkdir -p /run/dbus /etc/NetworkManager/system-connections
cat > /etc/NetworkManager/NetworkManager.conf <<'END'
[main]
plugins=keyfile
auth-polkit=false
rc-manager=unmanaged
dns=none
no-auto-default=*
[keyfile]
unmanaged-devices=none
END
ip link set lo up
ip link add v0 type veth peer name far && ip link set far up || exit 1
dbus-daemon --system --fork --nopidfile || exit 1
NetworkManager --no-daemon > /dev/null 2>&1 &
tries=0
until nmcli -t general > /dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -gt 300 ] && exit 1
  sleep 0.1
done
nmcli device set v0 managed yes || exit 1
nmcli connection add type ethernet con-name before ifname v0 autoconnect yes ipv4.method manual ipv4.addresses 10.7.0.2/24 > /dev/null || exit 1
# A cable that was just taken over is there a moment later.
until nmcli --wait 30 connection up before > /dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -gt 300 ] && exit 1
  sleep 0.1
done
echo "ready $(readlink /proc/self/ns/net)"
cat > /dev/null
