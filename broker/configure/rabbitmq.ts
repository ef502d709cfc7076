// RabbitMQ with its MQTT plugin: configuration, and either static lists or the address of `loa-broker http-auth`.
import { clientIdOf, type Identity } from '../identities.ts';
import { enrolled, grantsOf } from './grants.ts';
import type { Configuration, Plan } from './plan.ts';

export function configureRabbitmq(plan: Plan): Configuration {
  const { folder, authUrl } = plan;
  const lists = { name: 'definitions.json', text: rabbitmqDefinitions(plan) };
  return {
    files: [
      { name: 'rabbitmq.conf', text: rabbitmqConf(plan) },
      { name: 'advanced.config', text: advancedConfig },
      {
        name: 'enabled_plugins',
        text: `[rabbitmq_mqtt${authUrl === undefined ? '' : ',rabbitmq_auth_backend_http,rabbitmq_auth_backend_cache'}].\n`,
      },
      { name: 'rabbitmq-env.conf', text: environment(folder) },
      ...(authUrl === undefined ? [lists] : []),
    ],
    steps: [
      ...(authUrl === undefined ? [] : ['loa-broker http-auth --config FILE', `it must answer at ${authUrl} before the first box comes`]),
      `RABBITMQ_CONF_ENV_FILE=${folder}/rabbitmq-env.conf rabbitmq-server`,
      authUrl === undefined
        ? `after each change of the registry: write definitions.json again with this command, then rabbitmqctl import_definitions ${folder}/definitions.json; who was taken off the registry: rabbitmqctl delete_user box:ID`
        : 'after each change of the registry: send SIGHUP to loa-broker http-auth; RabbitMQ remembers an answer for 15 s',
    ],
  };
}

function rabbitmqConf({ host, port, tls, limits, folder, authUrl }: Plan): string {
  const rights =
    authUrl === undefined
      ? `# Static lists, one user an identity, without passwords: only the certificate makes a user.
auth_backends.1 = internal
load_definitions = ${folder}/definitions.json`
      : `# Every decision is asked of loa-broker http-auth, and remembered for a short while.
auth_backends.1 = cache
auth_cache.cached_backend = http
auth_cache.cache_ttl = 15000
auth_http.http_method = post
auth_http.user_path = ${authUrl}/user
auth_http.vhost_path = ${authUrl}/vhost
auth_http.resource_path = ${authUrl}/resource
auth_http.topic_path = ${authUrl}/topic`;
  return `# RabbitMQ for Loa. Written by \`loa-broker configure rabbitmq\`.

# One door: MQTT over TLS with certificates on both sides. No AMQP, no MQTT in the clear.
listeners.tcp = none
mqtt.listeners.tcp = none
mqtt.listeners.ssl.default = ${host}:${port}
ssl_options.cacertfile = ${tls.ca}
ssl_options.certfile = ${tls.cert}
ssl_options.keyfile = ${tls.key}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
mqtt.tcp_listen_options.backlog = ${Math.min(limits.backlog, 4096)}
mqtt.tcp_listen_options.nodelay = true

# The user is box:ID or centre:ID, from the certificate's common name (see advanced.config for the colon).
mqtt.allow_anonymous = false
mqtt.ssl_cert_login = true
ssl_cert_login_from = common_name
mqtt.vhost = /
mqtt.exchange = amq.topic

${rights}

# State, not queue: retained messages in memory; the centre and the boxes publish all of it again.
mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_ets
# A client that asks for a session is forgotten after an hour.
mqtt.subscription_ttl = 3600000
mqtt.prefetch = 20

# RabbitMQ knows one limit for boxes and centre, so it is the centre's.
max_message_size = ${limits.centreBytesMax}
connection_max = ${limits.connectionsMax}
vm_memory_high_watermark.relative = 0.5

log.console = true
log.console.level = warning
log.file = false
`;
}

const advancedConfig = `%% box:ID is a user, not a user ID of a virtual host named box.
[{rabbitmq_mqtt, [{ignore_colons_in_username, true}]}].
`;

function environment(folder: string): string {
  return `# Erlang's own ports stay on this machine. A cluster needs them between its nodes: then on a network of its own, with TLS.
CONFIG_FILE=${folder}/rabbitmq.conf
ADVANCED_CONFIG_FILE=${folder}/advanced.config
ENABLED_PLUGINS_FILE=${folder}/enabled_plugins
SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
export ERL_EPMD_ADDRESS=127.0.0.1
`;
}

/** Names of the queues that RabbitMQ keeps for a client: its client id is in them, so nobody subscribes under another's. */
export const queuePattern = (clientId: string): string => `mqtt-(subscription-${clientId}qos[01]|will-${clientId})`;

/** RabbitMQ's own import file. Its patterns are Erlang regular expressions over AMQP routing keys: `.` for `/`, `*` for `+`. */
export function rabbitmqDefinitions({ boxes, centres, owner }: Pick<Plan, 'boxes' | 'centres' | 'owner'>): string {
  const everybody = enrolled({ boxes, centres }, owner);
  const definitions = {
    rabbit_version: '3.10.8',
    vhosts: [{ name: '/' }],
    users: everybody.map((identity) => ({ name: clientIdOf(identity), password_hash: '', tags: '' })),
    permissions: everybody.map((identity) => {
      const queues = queuePattern(clientIdOf(identity));
      const used = `^(${queues}|amq\\.topic)$`;
      return { user: clientIdOf(identity), vhost: '/', configure: `^${queues}$`, write: used, read: used };
    }),
    topic_permissions: everybody.map((identity) => topicPermission(identity, owner)),
  };
  return `${JSON.stringify(definitions, null, 1)}\n`;
}

function topicPermission(identity: Identity, owner: string) {
  const { publish, read, wildcards } = grantsOf(identity, owner);
  return {
    user: clientIdOf(identity),
    vhost: '/',
    exchange: 'amq.topic',
    write: anyOf(publish.map(idPattern)),
    read: anyOf([...read.map(idPattern), ...wildcards.map((filter) => escaped(routingKey(filter)))]),
  };
}

/** How RabbitMQ writes an MQTT topic or filter. */
function routingKey(topic: string): string {
  return topic.replaceAll('/', '.').replaceAll('+', '*');
}

const escaped = (text: string) => text.replaceAll('.', '\\.').replaceAll('*', '\\*');
const idPattern = (filter: string) => escaped(routingKey(filter)).replaceAll('\\*', '[a-z0-9-]{1,32}');
const anyOf = (patterns: readonly string[]) => `^(${patterns.join('|')})$`;
