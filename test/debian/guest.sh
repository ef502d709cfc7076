#!/bin/sh
# Inside the booted Debian, as root: install the packages, use them, take them away. One line a check; figures as JSON last.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C NO_COLOR=1 DEBIAN_FRONTEND=noninteractive
failed=0
checks=0

now() { cut -d. -f1 /proc/uptime; }
check() { # TITLE COMMAND…
  title=$1
  shift
  checks=$((checks + 1))
  if "$@" >/tmp/said 2>&1; then echo "ok   $title"; else
    failed=$((failed + 1))
    echo "FAIL $title"
    tail -n 12 /tmp/said
    case "$title" in *claim* | *release* | *left* | *ready* | *plays* | *centre* | *broker*) tell ;; esac
  fi
}
# What the journal knows of our units, for a check that failed.
tell() {
  echo "--- load $(cut -d' ' -f1-3 /proc/loadavg), up $(now) s"
  journalctl -q --no-pager -o short-monotonic -u 'loa-*' | tail -n 30 | cut -c1-400
  echo '---'
}
# Wait for a fact, at most so many seconds.
within() { # SECONDS COMMAND…
  end=$(($(now) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(now)" -lt "$end" ] || return 1
    sleep 1
  done
}
prop() { systemctl show -P "$2" "$1"; }
is() { [ "$(prop "$1" "$2")" = "$3" ]; }
score() { systemd-analyze security "$1" --no-pager 2>/dev/null | sed -n 's/.*exposure level[^:]*: \([0-9.]*\).*/\1/p'; }
low() { awk -v s="$1" 'BEGIN { exit !(s != "" && s <= 2.0) }'; }
listing() { find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /mnt -o -path /var/log -o -path /var/cache -o -path /var/lib/systemd -o -path /var/lib/dpkg -o -path /var/lib/alsa -o -path /root -o -path /boot/firmware -o -path /var/tmp -o -path /etc/.pwd.lock \) -prune -o -print | sort; }
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
children() { cat "/proc/$1/task/$1/children"; }
# The loudest sample of two seconds at the other end of the loopback card.
loud() {
  arecord -q -D hw:CARD=Loopback,DEV=1,SUBDEV=0 -t raw -f S16_LE -r 48000 -c 1 -d 2 /tmp/heard.raw &&
    od -An -v -td2 -w2 /tmp/heard.raw | awk '{ v = $1 < 0 ? -$1 : $1; if (v > m) m = v } END { print m + 0; exit !(m > 1000) }' >/tmp/loudest
}

echo "booted in $(now) s: $(uname -r), systemd $(systemctl --version | sed -n '1s/.*(\(.*\))/\1/p'), node $(node -v)"
listing >/tmp/before
getent passwd | sort >/tmp/before.users
getent group | sort >/tmp/before.groups

# A card is known before the unit starts, as on a board with one soldered on.
check 'the kernel has a loopback card' modprobe snd-aloop pcm_substreams=1
began=$(now)
check 'the box installs' dpkg -i /mnt/loa-agent.deb
installs=$(($(now) - began))
check 'a box without a claim is ready and waits for one' within 600 is loa-agent ActiveState active
check 'and says so' within 60 sh -c 'journalctl -u loa-agent --no-pager | grep -q waitsForClaim'
# As the card's image mounts it: the box may empty its claim.
mkdir -p /boot/firmware && chgrp loa-agent /boot/firmware && chmod 775 /boot/firmware
cat >/etc/loa-agent/config.json <<'END'
{ "audioOut": { "kind": "alsa", "device": "hw:CARD=Loopback,DEV=0" }, "board": { "kind": "simulated" },
  "outputs": [{ "id": "main", "kind": "loudspeaker" }] }
END
systemctl restart loa-agent
began=$(now)
node /mnt/lab.mjs >/tmp/lab.out 2>&1 &
lab=$!
check 'a claim on the boot partition enrols the box' within 600 test -f /var/lib/loa-agent/identity/card.json
enrolled=$(($(now) - began))
check 'the claim holds no secret any more, and the boot partition says who this is' within 120 sh -c 'grep -q used /boot/firmware/loa-claim.json && ! grep -q \"token\": /boot/firmware/loa-claim.json && grep -q ENROLLED: /boot/firmware/loa-status.txt'
check 'the box is ready: systemd heard the first beat of agent and guard' within 600 is loa-agent ActiveState active
ready=$(($(now) - began))
touch /run/loa-play
check 'it plays: the tone comes out of the other end of the card' within 500 loud
loudest=$(cat /tmp/loudest 2>/dev/null || echo 0)
agent=$(pgrep -f '/agent.js' -u loa-agent | head -n 1)
guard=$(ps -o ppid= -p "$agent" | tr -d ' ')
guardRss=$(rss "$guard")
agentRss=$(rss "$agent")
memory=$(prop loa-agent MemoryCurrent)
peak=$(prop loa-agent MemoryPeak)
check 'the card is held through libasound, in the process' sh -c "journalctl -u loa-agent --no-pager | grep -q '\"technique\":\"alsa hw'"
check 'it runs as its own user, with no capability but port 80 of its Wi-Fi' sh -c "grep -q '^CapEff:.0000000000000400' /proc/$agent/status && [ \$(stat -c %U /proc/$agent) = loa-agent ]"
check 'it cannot write outside its state' sh -c "! nsenter -t $agent -m -- setpriv --reuid loa-agent --clear-groups sh -c ': > /etc/loa-agent/x || : > /opt/loa/x' 2>/dev/null"

kill -STOP "$agent"
check 'an agent that hangs is ended and begun again by its guard' within 120 sh -c "! kill -0 $agent 2>/dev/null"
check 'and beats again under the same guard' within 120 sh -c "test -n \"\$(pgrep -P $guard)\""
if [ -n "$LOA_LONG" ]; then
  within 60 loud
  kill -STOP "$guard"
  check 'a guard that hangs is ended by the watchdog, and the box begun again' within 200 is loa-agent NRestarts 1
  check 'which is ready again' within 200 is loa-agent ActiveState active
fi
program=/var/lib/loa-agent/program
began=$(now)
touch /run/loa-update
check 'a signed release is fetched, started and kept' within 900 test -e /run/loa-committed
updated=$(($(now) - began))
check 'and is what runs' sh -c "test -s /run/loa-committed && test \"\$(readlink $program/current)\" = releases/\$(cat /run/loa-committed)"
began=$(now)
touch /run/loa-break
check 'one that does not start is left again' within 900 test -e /run/loa-back
rolledBack=$(($(now) - began))
check 'for the one before' sh -c "test -s /run/loa-committed && test \"\$(readlink $program/current)\" = releases/\$(cat /run/loa-committed)"
check 'which is ready' within 600 is loa-agent ActiveState active
kill -TERM $lab
wait $lab
cat /tmp/lab.out
began=$(now)
check 'it stops in order' systemctl stop loa-agent
stops=$(($(now) - began))
check 'and leaves no failure' is loa-agent Result success
check 'the relays were released after it' sh -c "journalctl -u loa-agent --no-pager | grep -q '\"event\":\"released\"'"

check 'centre and broker install beside it' dpkg -i /mnt/loa-controller.deb /mnt/loa-broker.deb
check 'users of their own' id loa-agent loa-controller loa-broker
check 'units pass systemd-analyze verify' sh -c '! systemd-analyze verify loa-agent.service loa-controller.service loa-broker.service 2>&1 | grep -E "loa-"'
for unit in agent controller broker; do
  eval "score_$unit=\$(score loa-$unit.service)"
  eval "check \"loa-$unit: systemd-analyze security \$score_$unit is at most 2.0\" low \"\$score_$unit\""
done
check 'a centre is made by its own command' sh -c 'loa-controller init --data /var/lib/loa-controller </mnt/seed.json >/tmp/init.out'
check 'its service becomes ready' systemctl restart loa-controller
check 'and answers' within 60 node -e 'require("http").get("http://127.0.0.1:8080/", (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1))'
controllerMemory=$(prop loa-controller MemoryCurrent)

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -keyout /etc/loa-broker/key.pem -out /etc/loa-broker/cert.pem >/dev/null 2>&1
echo '{"boxes":[],"centres":[]}' >/etc/loa-broker/registry.json
echo '{"port":8884,"tls":{"ca":"cert.pem","cert":"cert.pem","key":"key.pem"},"registry":"registry.json"}' >/etc/loa-broker/config.json
chgrp -R loa-broker /etc/loa-broker
chmod 640 /etc/loa-broker/*
check 'the broker becomes ready' systemctl restart loa-broker
brokerMemory=$(prop loa-broker MemoryCurrent)
for unit in agent controller broker; do systemctl is-failed -q loa-$unit && journalctl -u loa-$unit --no-pager | tail -n 15; done

check 'they are removed' dpkg -r loa-agent loa-controller loa-broker
check 'nothing of them runs any more' within 60 sh -c '! pgrep -f "[/]opt/loa"'
check 'what they know stays' test -f /var/lib/loa-agent/identity/card.json -a -d /var/lib/loa-controller/keys
check 'they are purged' dpkg -P loa-agent loa-controller loa-broker
listing >/tmp/after
check 'no file of theirs is left' diff /tmp/before /tmp/after
check 'no user is left' sh -c 'getent passwd | sort | diff /tmp/before.users -'
check 'no group is left' sh -c 'getent group | sort | diff /tmp/before.groups -'
check 'no unit is left' sh -c '! systemctl list-unit-files --no-pager | grep loa-'
printf '{"suite":"debian","checks":%s,"failed":%s,"score":{"agent":%s,"controller":%s,"broker":%s},"rssKib":{"guard":%s,"agent":%s},"memoryBytes":{"agent":%s,"agentPeak":%s,"controller":%s,"broker":%s},"seconds":{"install":%s,"enrol":%s,"ready":%s,"stop":%s,"update":%s,"rollBack":%s},"loudest":%s}\n' \
  "$checks" "$failed" "${score_agent:-null}" "${score_controller:-null}" "${score_broker:-null}" "${guardRss:-null}" "${agentRss:-null}" "${memory:-null}" "${peak:-null}" "${controllerMemory:-null}" "${brokerMemory:-null}" "$installs" "$enrolled" "$ready" "$stops" "$updated" "$rolledBack" "$loudest"
