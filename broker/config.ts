// What the broker needs to run alone: addresses, certificate files, and who is enrolled.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { Id } from '../schemas/ids.ts';
import { parseJson } from '../schemas/parse.ts';
import type { Result } from '../schemas/problems.ts';

const Path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** Paths are relative to the configuration file. */
const BrokerConfig = v.strictObject({
  host: v.optional(v.string(), '127.0.0.1'),
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), 8883),
  owner: v.optional(Id),
  tls: v.strictObject({ ca: Path, cert: Path, key: Path }),
  /** JSON file `{boxes: [...], centres: [...]}`; read again on SIGHUP. */
  registry: Path,
});
export type BrokerConfig = v.InferOutput<typeof BrokerConfig>;

const Registry = v.strictObject({ boxes: v.array(Id), centres: v.array(Id) });
export type Registry = v.InferOutput<typeof Registry>;

const registryBytesMax = 16 * 1024 * 1024;

/** Read the configuration with its paths made absolute. Problems: not-json, bad-input, too-large. */
export async function readConfig(file: string): Promise<Result<BrokerConfig>> {
  const read = parseJson(BrokerConfig, await readFile(file, 'utf8'));
  if (!read.ok) return read;
  const at = (path: string) => resolve(dirname(file), path);
  const { tls, registry, ...rest } = read.value;
  return { ok: true, value: { ...rest, tls: { ca: at(tls.ca), cert: at(tls.cert), key: at(tls.key) }, registry: at(registry) } };
}

export async function readRegistry(file: string): Promise<Result<Registry>> {
  return parseJson(Registry, await readFile(file, 'utf8'), registryBytesMax);
}
