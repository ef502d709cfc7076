// What the command line asks of a centre.
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import type { MapTiles } from '../schemas/map-tiles.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { readMapTiles } from './map-tiles.ts';

export interface RunSettings {
  readonly dataDir: string;
  /** The people's door. */
  readonly host: string;
  readonly port: number;
  /** The boxes' doors: HTTPS and MQTT. */
  readonly boxHost: string;
  readonly boxPort: number;
  readonly mqttPort: number;
  /** A broker that this centre does not run, in place of its own. */
  readonly outerBroker?: OuterBroker;
  /** Written anew whenever a box or a centre below comes or goes, for a broker in a process of its own. */
  readonly brokerRegistryFile?: string;
  /** Wait until no other centre writes these tables. */
  readonly standBy?: boolean;
  /** HTTPS for machines that send CAP alerts; without it that door stays shut. */
  readonly gatewayPort?: number;
  /** Name or address under which boxes find this machine. */
  readonly publicHost: string;
  /** Further names the boxes' certificate holds. */
  readonly names: readonly string[];
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly logLevel: string;
  /** Pictures under the map of boxes. */
  readonly mapTiles?: MapTiles;
  /** Secret under which the keys lie encrypted; else systemd's credential, else the one made for this folder. */
  readonly keySecretFile?: string;
  /** Key of the secrets in the tables; else systemd's credential, else beside them. */
  readonly strongboxKeyFile?: string;
}

export interface OuterBroker {
  /** `mqtts://HOST:PORT`: where this centre finds it. */
  readonly url: string;
  /** Where boxes find it. */
  readonly boxUrl: string;
}

export type Asked =
  | { readonly do: 'run'; readonly settings: RunSettings }
  | {
      readonly do: 'init';
      readonly dataDir: string;
      readonly port: number;
      readonly keySecretFile?: string;
      readonly rootPassphraseFile?: string;
    }
  | { readonly do: 'help' };

export const usage = `Loa operating centre.

  node dist/controller.js init --data DIR < seed.json     make a data folder: keys, authority, units, accounts
  node dist/controller.js --data DIR [options]            run the centre of that folder
  node dist/controller.js keys                            the ceremony of keys: officers, rotation, revocation
  node dist/controller.js centres                         centres above and below, whose orders boxes hear too
  node dist/controller.js box                             new boxes and claims, with card files, labels, install lines
  node dist/controller.js people                          accounts at this machine; a new way in for who is locked out
  node dist/controller.js broker-files            what a broker needs that runs in a process of its own: certificates, registry
  node dist/controller.js backup FOLDER                   a copy of the folder while its centre runs; "backup verify", "restore"
  node dist/controller.js audit                           does the chain hold; the whole of it as JSON lines
  node dist/controller.js cap check FILE…                 CAP 1.2 messages held against the gateway's rules

  --host HOST         address of the people's pages, 127.0.0.1 unless said; anything but loopback needs --tls-cert
  --port PORT         their port, 8080 (0 picks a free one)
  --tls-cert FILE     the operator's certificate and key (PEM) for the people's pages
  --tls-key FILE
  --box-host HOST     address of the boxes' doors, as --host unless said (always mutual TLS)
  --box-port PORT     HTTPS for boxes: enrolment and content, 8443
  --mqtt-port PORT    MQTT over TLS for boxes, 8883
  --mqtt-url URL      mqtts://HOST:PORT of a broker in a process of its own, in place of the one inside (controller/docs/outer-broker.md)
  --box-mqtt-url URL  where boxes find that broker, as --mqtt-url unless said
  --broker-registry FILE  written anew whenever a box comes or goes, for a broker that reads it (see broker-files)
  --stand-by          wait until no other centre writes these tables (PostgreSQL), then take over; who lost them ends with 75
  --gateway-port PORT HTTPS at --box-host for machines that send CAP alerts (POST /cap, client certificates); shut unless said
  --public-host HOST  name or address that boxes use, as --box-host unless said
  --name HOST         a further name in the boxes' certificate; may be repeated
  --key-secret-file FILE  secret under which the private keys are encrypted, mode 0600, outside DIR; else the systemd
                      credential loa-keys, else one made in the state directory at the first start
  --strongbox-key FILE  key of the secrets in the tables (second factors, webhooks), 32 bytes, mode 0600, best on another
                      medium; else the systemd credential loa-strongbox, else strongbox.key in DIR, made at the first start
  --root-passphrase-file FILE  (init) encrypts the root keys
  --map-tiles URL     your own server of map pictures (https://HOST/{z}/{x}/{y}.png); without it the map shows boxes and units alone
  --map-credit TEXT   who made that map, shown in its corner
  --log LEVEL         trace, debug, info, warn, error; info unless said
  --help

The first line on standard output is JSON: {"event":"ready","console":…,"boxPort":…,"mqttPort":…}.
`;

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** Problem: bad-input, with the option it is about. */
export function readSettings(argv: readonly string[]): Result<Asked> {
  let parsed: ReturnType<typeof parseAll>;
  try {
    parsed = parseAll(argv);
  } catch (error) {
    return bad('bad-input', error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return ok({ do: 'help' });
  const [word, ...more] = positionals;
  if (more.length > 0 || (word !== undefined && word !== 'init')) return bad('bad-input', `unknown word ${more[0] ?? word}`);
  if (values.data === undefined) return bad('bad-input', '--data DIR is missing');
  const ports = { port: portOf(values.port, 8080), boxPort: portOf(values['box-port'], 8443), mqttPort: portOf(values['mqtt-port'], 8883) };
  const gatewayPort = portOf(values['gateway-port'], 0);
  const wrong = Object.entries({ ...ports, gatewayPort }).find(([, port]) => port === undefined);
  if (wrong) return bad('bad-input', `${wrong[0]} must be 0 to 65535`);
  const { port = 0, boxPort = 0, mqttPort = 0 } = ports;
  const secretFile = values['key-secret-file'];
  const keySecret = secretFile === undefined ? {} : { keySecretFile: secretFile };
  const phrase = values['root-passphrase-file'];
  if (word === 'init')
    return ok({ do: 'init', dataDir: values.data, port, ...keySecret, ...(phrase !== undefined && { rootPassphraseFile: phrase }) });
  const host = values.host ?? '127.0.0.1';
  const [certFile, keyFile] = [values['tls-cert'], values['tls-key']];
  if ((certFile === undefined) !== (keyFile === undefined)) return bad('bad-input', '--tls-cert and --tls-key go together');
  const tls = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
  if (!isLoopback(host) && !tls)
    return bad('bad-input', `--host ${host} is not loopback: passwords need HTTPS, so give --tls-cert and --tls-key`);
  const logLevel = values.log ?? 'info';
  if (!levels.includes(logLevel)) return bad('bad-input', `--log must be one of ${levels.join(', ')}`);
  const boxHost = values['box-host'] ?? host;
  const publicHost = values['public-host'] ?? (boxHost === '0.0.0.0' || boxHost === '::' ? '127.0.0.1' : boxHost);
  const settings = { dataDir: values.data, host, port, boxHost, boxPort, mqttPort, publicHost, names: values.name ?? [], logLevel };
  const outer = outerOf(values['mqtt-url'], values['box-mqtt-url']);
  if (!outer.ok) return outer;
  const registry = values['broker-registry'];
  const bus = {
    ...(outer.value && { outerBroker: outer.value }),
    ...(registry !== undefined && { brokerRegistryFile: registry }),
    ...(values['stand-by'] && { standBy: true }),
  };
  const gateway = values['gateway-port'] !== undefined && gatewayPort !== undefined ? { gatewayPort } : {};
  const box = values['strongbox-key'];
  const strongbox = box === undefined ? {} : { strongboxKeyFile: box };
  const template = values['map-tiles'];
  const tiles = template === undefined ? undefined : readMapTiles(template, values['map-credit'] ?? '');
  if (tiles && !tiles.ok) return tiles;
  const map = tiles ? { mapTiles: tiles.value } : {};
  return ok({ do: 'run', settings: { ...settings, ...bus, ...map, ...gateway, ...keySecret, ...strongbox, ...(tls && { tls }) } });
}

/** `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function parseAll(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'box-host': { type: 'string' },
      'box-port': { type: 'string' },
      'mqtt-port': { type: 'string' },
      'gateway-port': { type: 'string' },
      'mqtt-url': { type: 'string' },
      'box-mqtt-url': { type: 'string' },
      'broker-registry': { type: 'string' },
      'stand-by': { type: 'boolean' },
      'public-host': { type: 'string' },
      name: { type: 'string', multiple: true },
      log: { type: 'string' },
      'map-tiles': { type: 'string' },
      'map-credit': { type: 'string' },
      'key-secret-file': { type: 'string' },
      'root-passphrase-file': { type: 'string' },
      'strongbox-key': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

/** Problem: bad-input. */
function outerOf(url: string | undefined, boxUrl: string | undefined): Result<OuterBroker | undefined> {
  if (url === undefined) return boxUrl === undefined ? ok(undefined) : bad('bad-input', '--box-mqtt-url goes with --mqtt-url');
  for (const [option, text] of [
    ['--mqtt-url', url],
    ['--box-mqtt-url', boxUrl ?? url],
  ] as const) {
    const read = URL.canParse(text) ? new URL(text) : undefined;
    if (read?.protocol !== 'mqtts:' || read.hostname === '' || read.username !== '' || read.password !== '' || read.pathname.length > 1)
      return bad('bad-input', `${option} must look like mqtts://HOST:PORT`);
  }
  return ok({ url, boxUrl: boxUrl ?? url });
}

function portOf(text: string | undefined, standard: number): number | undefined {
  if (text === undefined) return standard;
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : undefined;
}
