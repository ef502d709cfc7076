// The installer that a centre serves: brings the package, puts the claim in its place, and says how it went. POSIX sh.

export const installScript = `#!/bin/sh
# Loa: cai dat hop dieu khien / installs a box. Arguments: CENTRE-URL CA-FILE DEV:TOKEN:PIN
# The caller has compared the authority's fingerprint; all that is fetched here comes over TLS under that authority.
set -eu
url=\${1:?} ca=\${2:?} claim=\${3:?}
boot=\${LOA_BOOT_DIR:-/boot/firmware}
say() { printf '%s\\n' "$*"; }
stop() { say "$*" >&2; exit 1; }

case $claim in *[!a-z0-9:-]*) stop 'Ma kich hoat sai / the claim is malformed' ;; esac
dev=\${claim%%:*} rest=\${claim#*:}
token=\${rest%%:*} pin=\${rest#*:}
[ -n "$dev" ] && [ \${#token} -ge 8 ] && [ \${#pin} -eq 6 ] || stop 'Ma kich hoat sai / the claim is malformed'

get() { curl -fsS --cacert "$ca" --max-time 600 --max-filesize 300000000 "$url$1" -o "$2"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
get /install/place.json "$work/place.json" || stop 'Khong gap duoc trung tam / the centre cannot be reached'

if ! command -v loa-agent >/dev/null 2>&1 && [ -z "\${LOA_NO_PACKAGE:-}" ]; then
  arch=$(dpkg --print-architecture)
  get "/install/loa-agent_$arch.deb" "$work/loa-agent.deb" || stop "Trung tam chua co goi cho $arch / the centre has no package for $arch"
  apt-get install -y "$work/loa-agent.deb"
fi

mkdir -p "$boot"
umask 077
head=$(printf '{"dev":"%s","token":"%s","pin":"%s","expMs":0,' "$dev" "$token" "$pin")
{ printf '%s' "$head"; cut -c2- < "$work/place.json"; } > "$boot/loa-claim.json.part"
mv "$boot/loa-claim.json.part" "$boot/loa-claim.json"
sync
if [ -z "\${LOA_NO_PACKAGE:-}" ]; then systemctl restart loa-agent; fi
say "Da chep ma kich hoat cua $dev; xem loa-status.txt trong $boot hoac /var/lib/loa-agent / the claim of $dev is in place; see loa-status.txt in $boot or /var/lib/loa-agent"
`;
