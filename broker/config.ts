// What the broker needs to run alone: addresses, certificate files, who is enrolled and who is denied.
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import * as v from 'valibot';
import { Id, Sha256 } from '../schemas/ids.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Admission } from './admission.ts';
import { fingerprintsOf } from './trust.ts';

const Path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const Port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const ms = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Figures tell who is how busy, without a password: they stay on the machine. */
const Loopback = v.pipe(
  v.string(),
  v.check((host) => isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'), 'must be an address of loopback'),
);

/** Paths are relative to the configuration file. */
const BrokerConfig = v.strictObject({
  host: v.optional(v.string(), '127.0.0.1'),
  port: v.optional(Port, 8883),
  owner: v.optional(Id),
  tls: v.strictObject({ ca: Path, cert: Path, key: Path }),
  /** JSON file `{boxes: [...], centres: [...]}`. */
  registry: Path,
  /** JSON file `{identities: ["box:…"], certificates: ["sha256 in hex"]}`. */
  denied: v.optional(Path),
  /** Prometheus' text format over HTTP; no figures without it. */
  metrics: v.optional(v.strictObject({ host: v.optional(Loopback, '127.0.0.1'), port: Port })),
  /** How long SIGTERM takes to cut all connections, so that they do not all come back at once. */
  drainMs: v.optional(ms(0, 600_000), 5000),
  canary: v.optional(v.strictObject({ everyMs: v.optional(ms(100, 600_000), 10_000), slowMs: v.optional(ms(1, 60_000), 1000) }), {}),
  /** Where `loa-broker http-auth` answers RabbitMQ: plain HTTP, so on this machine. */
  httpAuth: v.optional(v.strictObject({ host: v.optional(v.string(), '127.0.0.1'), port: v.optional(Port, 15_680) }), {}),
});
export type BrokerConfig = v.InferOutput<typeof BrokerConfig>;

const Registry = v.strictObject({ boxes: v.array(Id), centres: v.array(Id) });
export type Registry = v.InferOutput<typeof Registry>;
const Denied = v.strictObject({
  identities: v.optional(v.array(v.pipe(v.string(), v.regex(/^(box|centre):[a-z0-9-]{1,32}$/, 'must be box:ID or centre:ID'))), []),
  certificates: v.optional(v.array(Sha256), []),
});

const listBytesMax = 16 * 1024 * 1024;

/** All that the broker's files say at one moment. */
export interface Standing {
  readonly config: BrokerConfig;
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  readonly admission: Admission;
}

/** Read the configuration with its paths made absolute. Problems: not-found, not-json, bad-input, too-large. */
export async function readConfig(file: string): Promise<Result<BrokerConfig>> {
  const text = await textOf(file);
  const read = text.ok ? parseJson(BrokerConfig, text.value) : text;
  if (!read.ok) return read;
  const at = (path: string) => resolve(dirname(file), path);
  const { tls, registry, denied, ...rest } = read.value;
  const files = { tls: { ca: at(tls.ca), cert: at(tls.cert), key: at(tls.key) }, registry: at(registry) };
  return ok({ ...rest, ...files, ...(denied !== undefined && { denied: at(denied) }) });
}

/** Read everything, and check that it fits together, so that it is taken whole or not at all. Problems as `readConfig`. */
export async function readStanding(file: string): Promise<Result<Standing>> {
  const config = await readConfig(file);
  if (!config.ok) return config;
  const { tls, registry, denied } = config.value;
  const [ca, cert, key] = await Promise.all([bytesOf(tls.ca), bytesOf(tls.cert), bytesOf(tls.key)]);
  if (!ca.ok) return ca;
  if (!cert.ok) return cert;
  if (!key.ok) return key;
  const files = { ca: ca.value, cert: cert.value, key: key.value };
  try {
    createSecureContext(files);
    if (fingerprintsOf(files.ca).size === 0) return bad('bad-input', 'no certificate in it', '/tls/ca');
  } catch (error) {
    return bad('bad-input', `certificates and key do not fit: ${error instanceof Error ? error.message : error}`, '/tls');
  }
  const enrolled = await readRegistry(registry);
  if (!enrolled.ok) return enrolled;
  const refused = denied === undefined ? ok({ identities: [], certificates: [] }) : await listOf(Denied, denied, '/denied');
  if (!refused.ok) return refused;
  const { boxes, centres } = enrolled.value;
  const admission = {
    enrolled: new Set([...boxes.map((id) => `box:${id}`), ...centres.map((id) => `centre:${id}`)]),
    deniedIdentities: new Set(refused.value.identities),
    deniedCertificates: new Set(refused.value.certificates),
  };
  return ok({ config: config.value, tls: files, admission });
}

/** Problems: not-found, not-json, bad-input, too-large. */
export function readRegistry(file: string): Promise<Result<Registry>> {
  return listOf(Registry, file, '/registry');
}

/** `field`: where the file is named, for whoever reads what is wrong. */
async function listOf<S extends v.GenericSchema>(schema: S, file: string, field: string): Promise<Result<v.InferOutput<S>>> {
  const text = await textOf(file);
  const read = text.ok ? parseJson(schema, text.value, listBytesMax) : text;
  return read.ok ? read : bad(read.problem.code, read.problem.detail, `${field}${read.problem.path ?? ''}`);
}

async function textOf(file: string): Promise<Result<string>> {
  const bytes = await bytesOf(file);
  return bytes.ok ? ok(bytes.value.toString('utf8')) : bytes;
}

async function bytesOf(file: string): Promise<Result<Buffer>> {
  try {
    return ok(await readFile(file));
  } catch (error) {
    return bad('not-found', error instanceof Error ? error.message : String(error));
  }
}
