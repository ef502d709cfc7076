// EMQX 5.8 or newer: written from its documentation, never run by us. Its access list needs no registry.
import type { Id } from '../../schemas/ids.ts';
import { grantsOf } from './grants.ts';
import type { Configuration, Plan } from './plan.ts';

export function configureEmqx(plan: Plan): Configuration {
  return {
    files: [
      { name: 'emqx.conf', text: emqxConf(plan) },
      { name: 'acl.conf', text: emqxAcl(plan.owner) },
    ],
    steps: [
      'NOT TESTED by us: try each line of broker/docs/brokers.md, "what to try", before the first box',
      `put both files into /etc/emqx (or merge them into what is there), acl.conf as ${plan.folder}/acl.conf, and start emqx`,
      'a certificate of our authority is enough to connect: who was taken off the registry is banned by client id (emqx ctl, dashboard) until its certificate ends',
    ],
  };
}

function emqxConf({ host, port, tls, limits, folder }: Plan): string {
  const kilobytes = Math.floor(limits.centreBytesMax / 1024);
  return `# EMQX for Loa. Written by \`loa-broker configure emqx\`; not tested by its authors.

# One door: TLS with certificates on both sides.
listeners.tcp.default.enable = false
listeners.ws.default.enable = false
listeners.wss.default.enable = false
listeners.ssl.default {
  bind = "${host}:${port}"
  max_connections = ${limits.connectionsMax}
  tcp_options { backlog = ${Math.min(limits.backlog, 4096)}, nodelay = true, send_timeout = ${limits.stallMs / 1000}s, send_timeout_close = true }
  ssl_options {
    cacertfile = "${tls.ca}"
    certfile = "${tls.cert}"
    keyfile = "${tls.key}"
    verify = verify_peer
    fail_if_no_peer_cert = true
    versions = ["tlsv1.3", "tlsv1.2"]
    handshake_timeout = ${limits.handshakeTimeoutMs / 1000}s
  }
}

mqtt {
  # box:ID or centre:ID; the part behind the colon is what the access list calls id.
  peer_cert_as_username = cn
  peer_cert_as_clientid = cn
  client_attrs_init = [{ expression = "nth(2, tokens(cn, ':'))", set_as_attr = "id" }]
  # EMQX knows one limit for boxes and centre, so it is the centre's.
  max_packet_size = ${kilobytes}KB
  max_clientid_len = 64
  max_topic_levels = 6
  max_qos_allowed = 1
  retain_available = true
  shared_subscription = false
  exclusive_subscription = false
  # State, not queue: a client that asks for a session is forgotten.
  session_expiry_interval = 0s
  # Enough for the retained state of a fleet; never drop before a QoS 1 reader was slow for long.
  max_mqueue_len = ${limits.connectionsMax}
  max_inflight = 32
  idle_timeout = ${limits.connectTimeoutMs / 1000}s
}

retainer {
  enable = true
  max_payload_size = ${kilobytes}KB
  backend { type = built_in_database, storage_type = ram, max_retained_messages = ${limits.retainedCountMax} }
}

# The certificate is the authentication; what is not named in the list is refused and the client told so.
authentication = []
authorization {
  no_match = deny
  deny_action = ignore
  sources = [{ type = file, enable = true, path = "${folder}/acl.conf" }]
}
`;
}

/** Erlang terms, the first that fits decides: MQTT filters, where `${client_attrs.id}` is the client's own id. */
export function emqxAcl(owner: Id): string {
  const own = 'own-id';
  const rules = [
    ...rulesOf(`{username, "centre:${owner}"}`, grantsOf({ kind: 'centre', id: owner }, owner)),
    ...rulesOf('{username, {re, "^centre:[a-z0-9-]{1,32}$"}}', grantsOf({ kind: 'centre', id: own }, owner)),
    ...rulesOf('{username, {re, "^box:[a-z0-9-]{1,32}$"}}', grantsOf({ kind: 'box', id: own }, owner)),
  ];
  return `%% Who may say and hear what; the first rule that fits decides. Written by \`loa-broker configure emqx\`.
${rules.join('\n').replaceAll(`/${own}/`, `/\${client_attrs.id}/`)}
{deny, all}.
`;
}

function rulesOf(who: string, { publish, read, wildcards }: ReturnType<typeof grantsOf>): string[] {
  const list = (topics: readonly string[]) => topics.map((topic) => `"${topic}"`).join(', ');
  return [
    `{allow, ${who}, publish, [${list(publish)}]}.`,
    `{allow, ${who}, subscribe, [${[list(read), ...wildcards.map((filter) => `{eq, "${filter}"}`)].join(', ')}]}.`,
    `{deny, ${who}, all, ["#"]}.`,
  ];
}
