#!/bin/sh
# The guest's first process: a Debian whose files are those of the machine outside, read-only, with
# a layer in memory for what is written. Starts D-Bus and bluetoothd, runs one command, ends.
#
# /settings says: TIMEOUT_S, BLUETOOTHD, BUS_POLICY, and COMMAND, which a shell runs.

/bin/busybox --install -s /bin
export PATH=/bin

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
. /settings

finish() {
    echo "@exit $1"
    sync
    poweroff -f
}

# Whatever hangs, and whoever started this guest and is gone: it ends.
(sleep "$TIMEOUT_S" && finish 124) &

while read -r module; do
    insmod "/modules/$module" || echo "module $module was refused"
done </order

mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=1048576,cache=loose host /host || finish 71
mount -t tmpfs -o mode=755 tmpfs /upper
mkdir /upper/files /upper/work
mount -t overlay -o lowerdir=/host,upperdir=/upper/files,workdir=/upper/work files /new ||
    finish 71
for name in proc sys dev; do
    mount --bind "/$name" "/new/$name"
done
# Never those of the machine outside: its sockets, its paired devices.
mkdir -p /new/run /new/tmp /new/var/lib/bluetooth
mount -t tmpfs tmpfs /new/run
mount -t tmpfs -o mode=1777 tmpfs /new/dev/shm 2>/dev/null
mount -t tmpfs tmpfs /new/var/lib/bluetooth
mkdir -p /new/run/dbus /new/etc/dbus-1/system.d /new/etc/bluetooth
cp "/new$BUS_POLICY" /new/etc/dbus-1/system.d/bluetooth.conf
[ -s /new/etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >/new/etc/machine-id
ip link set lo up
echo "@guest $(cut -d' ' -f1 /proc/uptime) s: Linux $(uname -r)"

in_debian() {
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        chroot /new "$@"
}

# Importing takes seconds: the command begins at once, and waits for bluetoothd by itself.
in_debian /bin/sh -c "$COMMAND" 2>&1 &
command=$!

in_debian dbus-daemon --system --nofork --nopidfile >/dbus.log 2>&1 &
for _ in $(seq 200); do
    [ -S /new/run/dbus/system_bus_socket ] && break
    usleep 50000
done
in_debian "$BLUETOOTHD" --nodetach --debug >/bluetoothd.log 2>&1 &

wait "$command"
code=$?
if [ "$code" != 0 ]; then
    for log in dbus bluetoothd; do
        echo "--- $log"
        tail -n 200 "/$log.log"
    done
fi
finish "$code"
