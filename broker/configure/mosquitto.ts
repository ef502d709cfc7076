// Mosquitto 2.0: a configuration and its access list. The common name is the user name and the client id.
import { clientIdOf } from '../identities.ts';
import { enrolled, grantsOf } from './grants.ts';
import type { Configuration, Plan } from './plan.ts';

/** One box's retained report and presence, with room: the owner's queue must hold those of the whole fleet. */
const retainedBytesOfBox = 16 * 1024;

export function configureMosquitto(plan: Plan): Configuration {
  return {
    files: [
      { name: 'mosquitto.conf', text: mosquittoConf(plan) },
      { name: 'mosquitto.acl', text: mosquittoAcl(plan) },
    ],
    steps: [
      `mosquitto -c ${plan.folder}/mosquitto.conf`,
      'after each change of the registry: write mosquitto.acl again with this command, then send SIGHUP; clients stay connected',
      'the broker must be able to read the key; files open to it must be at least connectionsMax + 100 (LimitNOFILE=)',
    ],
  };
}

function mosquittoConf({ host, port, tls, limits, folder, boxes }: Plan): string {
  const queueBytes = Math.max(limits.queuedBytesMax, (boxes.length + 1) * retainedBytesOfBox);
  return `# Mosquitto 2.0 for Loa. Written by \`loa-broker configure mosquitto\`.
per_listener_settings false

# One door: TLS with certificates on both sides.
listener ${port} ${host}
cafile ${tls.ca}
certfile ${tls.cert}
keyfile ${tls.key}
# The oldest that is spoken; 1.3 is taken where both know it.
tls_version tlsv1.2
require_certificate true
# box:ID or centre:ID; and nobody can take over under another's client id.
use_identity_as_username true
use_username_as_clientid true
max_connections ${limits.connectionsMax}
# Loa never sends QoS 2.
max_qos 1

allow_anonymous false
allow_zero_length_clientid false
acl_file ${folder}/mosquitto.acl

# State, not queue: nothing is kept on disk; the centre and the boxes publish all of it again.
persistence false
# A client that asks for a session is forgotten soon; the shortest Mosquitto knows.
persistent_client_expiration 1h
queue_qos0_messages false
retain_available true

# Mosquitto's own 1,000 would hand the centre the first 1,020 retained messages of its fleet and silently drop the others.
max_queued_messages 0
# What bounds a reader instead, in bytes: the retained state of this fleet once.
max_queued_bytes ${queueBytes}
max_inflight_messages 20
# Mosquitto knows one limit for boxes and centre, so it is the centre's.
max_packet_size ${limits.centreBytesMax}
max_keepalive ${limits.keepaliveSecondsMax}
memory_limit ${limits.retainedBytesMax + 4 * queueBytes}
set_tcp_nodelay true
sys_interval 0

log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
`;
}

/** The access list alone, to be read again on SIGHUP. */
export function mosquittoAcl({ boxes, centres, owner }: Pick<Plan, 'boxes' | 'centres' | 'owner'>): string {
  const blocks = enrolled({ boxes, centres }, owner).map((identity) => {
    const { publish, read } = grantsOf(identity, owner);
    return [
      `user ${clientIdOf(identity)}`,
      ...publish.filter((topic) => !read.includes(topic)).map((topic) => `topic write ${topic}`),
      ...publish.filter((topic) => read.includes(topic)).map((topic) => `topic readwrite ${topic}`),
      ...read.filter((topic) => !publish.includes(topic)).map((topic) => `topic read ${topic}`),
    ].join('\n');
  });
  return `# Who may say and hear what, one block an identity; what is not named is refused.
# Mosquitto accepts any SUBSCRIBE and holds back what the subscriber may not read.

${blocks.join('\n\n')}
`;
}
