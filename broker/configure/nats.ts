// NATS with JetStream's MQTT: one file, in which the registry is the list of users.
import { clientIdOf } from '../identities.ts';
import { enrolled, grantsOf } from './grants.ts';
import type { Configuration, Plan } from './plan.ts';

export function configureNats(plan: Plan): Configuration {
  return {
    files: [{ name: 'nats.conf', text: natsConf(plan) }],
    steps: [
      `nats-server -c ${plan.folder}/nats.conf`,
      'after each change of the registry: write nats.conf again with this command, then nats-server --signal reload; who was taken off it is cut',
      'the store in store_dir is thrown away with the machine: keep it on a tmpfs',
    ],
  };
}

function natsConf(plan: Plan): string {
  const { host, port, tls, limits, owner } = plan;
  const files = `cert_file: ${quoted(tls.cert)}
    key_file: ${quoted(tls.key)}
    ca_file: ${quoted(tls.ca)}
    verify_and_map: true
    timeout: ${limits.handshakeTimeoutMs / 1000}`;
  return `# NATS for Loa. Written by \`loa-broker configure nats\`.
server_name: ${quoted(`loa-${owner}`)}

# NATS' own protocol is not used: any free port of this machine, and no user below may come in by it.
listen: "127.0.0.1:-1"
tls {
    ${files}
}

# MQTT 3.1.1, QoS 0 and 1, over TLS with certificates on both sides; the user is the certificate's subject.
mqtt {
  listen: ${quoted(`${host}:${port}`)}
  tls {
    ${files}
  }
  ack_wait: "30s"
  max_ack_pending: 1000
}

# NATS keeps MQTT's sessions and retained messages in JetStream. State, not queue: this may be emptied at any moment.
jetstream {
  store_dir: "/run/loa-nats"
  max_memory_store: ${limits.retainedBytesMax}
  max_file_store: ${4 * limits.retainedBytesMax}
}

# NATS knows one limit for boxes and centre, so it is the centre's.
max_payload: ${limits.centreBytesMax}
max_connections: ${limits.connectionsMax}
max_pending: ${limits.queuedBytesMax}
max_subscriptions: ${4 * limits.filtersMax}
write_deadline: "${limits.stallMs / 1000}s"

authorization {
  default_permissions: { publish: { deny: ">" }, subscribe: { deny: ">" } }
${natsUsers(plan)}
}
`;
}

/** The list of users alone: a subject of \`/\` is \`.\`, \`+\` is \`*\`. */
export function natsUsers({ boxes, centres, owner }: Pick<Plan, 'boxes' | 'centres' | 'owner'>): string {
  const users = enrolled({ boxes, centres }, owner).map((identity) => {
    const { publish, read, wildcards } = grantsOf(identity, owner);
    return `    { user: ${quoted(`CN=${clientIdOf(identity)}`)}, allowed_connection_types: ["MQTT"], permissions: {
      publish: { allow: ${list(publish)} }
      subscribe: { allow: ${list([...read, ...wildcards, ...internalReads])} }
    } }`;
  });
  return `  users: [
${users.join('\n')}
  ]`;
}

/** Where JetStream delivers QoS 1 messages to the server's own session; a client that asks for it by name is refused. */
const internalReads: readonly string[] = ['$MQTT/sub/#'];

const quoted = (text: string) => JSON.stringify(text);
const subject = (filter: string) => filter.replaceAll('/', '.').replaceAll('+', '*').replace(/#$/, '>');
const list = (filters: readonly string[]) => `[${filters.map((filter) => quoted(subject(filter))).join(', ')}]`;
