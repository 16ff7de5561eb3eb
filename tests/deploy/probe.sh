#!/bin/bash
# What the service may do, tried from inside; a word a line of what it could.
can() { local word=$1; shift; "$@" > /dev/null 2>&1 && echo "$word"; }
{
  can read_its_secret grep --quiet sandbox /etc/slabridge/secrets/snow_password
  can write_its_state touch /var/lib/slabridge/probe
  can read_which_boot_it_is cat /proc/sys/kernel/random/boot_id
  can use_numpy /opt/slabridge/bin/python -c 'import numpy; assert numpy.dot(numpy.ones(9), numpy.ones(9)) == 9'
  can read_root ls ~root/.
  can write_etc touch /etc/slabridge/probe
  can write_its_program touch /opt/slabridge/probe
  can make_memory_to_execute /opt/slabridge/bin/python -c 'import mmap; mmap.mmap(-1, 4096, prot=7)'
  can make_a_namespace unshare --user true
  can see_disks ls /dev/sda /dev/vda /dev/nvme0n1
  can see_other_processes test -e /proc/1/stat
  can be_root test "$(id -u)" = 0
  can open_raw_sockets /opt/slabridge/bin/python -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
} > /var/lib/slabridge/probed
