#!/bin/bash
# What an administrator does with the units, and what they may do; what comes of it goes into /opt/trial/said, a file each.
# Run by a systemd of its own: boot.sh.
cd /opt/trial/said || exit
slabridge=/opt/slabridge/bin/slabridge
config="--config /etc/slabridge/config.toml"
tried() { local name=$1; shift; "$@" > "$name" 2>&1; echo $? > "$name.code"; }

systemctl start sandbox.service
until curl --silent http://127.0.0.1:8081/sandbox/clock > clock; do systemctl is-active --quiet sandbox.service || break; done
# What docs/deploy.md says, in a checkout with a configuration; the password is typed.
cd /srv/checkout || exit
tried /opt/trial/said/first bash -e /opt/trial/commands.sh <<< sandbox
cd /opt/trial/said || exit
tried timer systemctl is-active slabridge.timer
systemctl stop slabridge.timer
stat --format='%u %a' /var/lib/private/slabridge/slabridge.db > owner
tried status $slabridge status --json $config
tried by_hand $slabridge run --json $config
tried plan $slabridge plan $config
tried copy sqlite3 /var/lib/slabridge/slabridge.db "VACUUM INTO '/srv/copy.db'"
stat --format='%u %a' /var/lib/private/slabridge/slabridge.db > owner_after
tried second systemctl start slabridge.service
cp /var/log/slabridge.out runs
tried probe systemctl start probe.service
cp /var/lib/private/slabridge/probed probed
rm /etc/slabridge/secrets/snow_password
tried without_secret systemctl start slabridge.service
echo sandbox > /etc/slabridge/secrets/snow_password
if getent group prometheus > group; then
  mkdir -p /var/lib/prometheus/node-exporter
  chown :prometheus /var/lib/prometheus/node-exporter
  cd /srv/checkout || exit
  tried /opt/trial/said/textfile bash -ec '. /opt/trial/commands-textfile.sh; systemctl start slabridge.service'
  cd /opt/trial/said || exit
  stat --format='%a' /var/lib/prometheus/node-exporter/slabridge.prom > textfile_mode
  cp /var/lib/prometheus/node-exporter/slabridge.prom textfile_metrics
fi
cd /srv/checkout || exit
tried /opt/trial/said/daemon bash -e /opt/trial/commands-daemon.sh
cd /opt/trial/said || exit
tried daemon_metrics curl --silent --fail http://127.0.0.1:9464/metrics
tried daemon_reload systemctl reload slabridge-daemon.service
tried daemon_stop systemctl stop slabridge-daemon.service
tried daemon_failed systemctl is-failed slabridge-daemon.service
cp /var/log/slabridge-daemon.out daemon_log
systemctl --force --force exit 0
