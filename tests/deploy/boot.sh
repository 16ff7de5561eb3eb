#!/bin/bash
# Boots a systemd of its own: in namespaces, over an overlay of this machine's files that is thrown away. Nothing outside is touched.
#   boot.sh FOLDER PYTHON CHECKOUT
# FOLDER has units (units/), files (files/), and trial.sh, which is run when it is up and writes into FOLDER/said;
# it is /opt/trial inside, PYTHON (a prefix) /opt/python, CHECKOUT /opt/checkout.
set -e
folder=$1 python=$2 checkout=$3

if [ -z "$BOOTING" ]; then
  # Its cgroups below one of its own, as those of a whole machine are no place for a second systemd.
  [ -e /sys/fs/cgroup/cgroup.controllers ] && group=/sys/fs/cgroup/slabridge_trial_$$ || group=/sys/fs/cgroup/systemd/slabridge_trial_$$
  mkdir "$group"
  trap 'find "$group" -depth -type d -exec rmdir {} +' EXIT
  (
    echo $BASHPID > "$group/cgroup.procs"
    BOOTING=1 exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup "$0" "$@"
  ) < /dev/null
  exit
fi

mount --make-rprivate /
base=$(mktemp -d)
mount -t tmpfs tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
cd "$base/root"
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for one in null zero full random urandom tty ptmx; do touch "dev/$one"; mount --bind "/dev/$one" "dev/$one"; done
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s /proc/self/fd dev/fd
mount -t sysfs -o ro sysfs sys
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -t tmpfs tmpfs sys/fs/cgroup
  mkdir sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
fi
mkdir -p opt/trial opt/python opt/checkout
mount --rbind "$folder" opt/trial
mount --rbind "$python" opt/python
mount --rbind "$checkout" opt/checkout
# None of this machine's own services.
rm -rf etc/systemd/system/*.wants lib/systemd/system/*.wants lib/systemd/system-generators/*
cp -r opt/trial/files/. .
cp -r opt/trial/units/. etc/systemd/system/
ip link set lo up
mkdir -p mnt/old
pivot_root . mnt/old
cd /
umount -l /mnt/old
mount --make-rshared /
exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=trial.target --log-target=console --show-status=0
