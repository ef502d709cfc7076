// `loa-controller broker-files …`: what a broker in a process of its own needs to serve this centre's boxes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { problemOf } from '../../hardware/host/failure.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { type Folder, folderOf } from '../folder.ts';
import { openLocks } from '../signing/open-desk.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { authorityName, openAuthority } from './authority.ts';
import { registryText } from './broker-registry.ts';
import { readBelow } from './neighbours.ts';

export const brokerFilesUsage = `Files for a broker in a process of its own: loa-broker, Mosquitto, RabbitMQ, NATS, EMQX.

  broker-files --data DIR --out DIR [--host NAME]… [--port PORT] [--key-secret-file FILE]

OUT gets ca.pem, broker.pem and broker.key.pem (0600) with these names (localhost and 127.0.0.1 too), registry.json, and broker.json, the
configuration of loa-broker. The centre shows that broker a certificate that it makes itself at each start: no key of it is carried anywhere.
Run it again when names change or before the certificate ends (825 days); the key is another then.
`;

const standardPort = 8883;

interface Wish {
  readonly dataDir: string;
  readonly out: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly keySecretFile: string | undefined;
}

/** Lines to print. Problems: bad-input, not-found, keys-locked and those of the tables. */
export async function runBrokerFiles(argv: readonly string[], nowMs: number): Promise<Result<readonly string[]>> {
  const wish = readWish(argv);
  if (!wish.ok) return wish;
  if (wish.value === undefined) return ok([brokerFilesUsage.trimEnd()]);
  const folder = folderOf(wish.value.dataDir);
  // Opening tables would make them: a mistyped name must leave nothing behind.
  if (!existsSync(folder.authority)) return bad('not-found', `no centre in ${wish.value.dataDir}`);
  const opened = await openStore(folder);
  if (!opened.ok) return opened;
  try {
    return await writeFiles(wish.value, folder, opened.value, nowMs);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  } finally {
    await opened.value.close();
  }
}

function readWish(argv: readonly string[]): Result<Wish | undefined> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        out: { type: 'string' },
        host: { type: 'string', multiple: true },
        port: { type: 'string' },
        'key-secret-file': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return ok(undefined);
    const { data, out, host: hosts = [], port = String(standardPort) } = values;
    if (data === undefined || out === undefined) return bad('bad-input', '--data DIR and --out DIR are needed');
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return bad('bad-input', '--port must be 0 to 65535');
    return ok({ dataDir: data, out, hosts, port: Number(port), keySecretFile: values['key-secret-file'] });
  } catch (error) {
    return bad('bad-input', `${error instanceof Error ? error.message : error}; "broker-files --help" says how`);
  }
}

async function writeFiles({ out, hosts, port, ...wish }: Wish, folder: Folder, store: Store, nowMs: number) {
  const read = await store.meta.value('card');
  if (read === undefined) return bad('not-found', `no centre in ${wish.dataDir}`);
  const card = JSON.parse(read) as CentreCard;
  const secret = await openLocks(folder, { secretFile: wish.keySecretFile });
  if (!secret.ok) return secret;
  const authority = await openAuthority(folder.authority, authorityName(card), nowMs, secret.value.text);
  const names = [...new Set([...hosts, 'localhost', '127.0.0.1'])];
  const { cert, key } = await authority.issueServer(names, nowMs);
  const boxes = (await store.estate.boxes()).filter(({ signingKey }) => signingKey !== null).map(({ id }) => id);
  const centres = [card.id, ...(await readBelow(store)).map(({ centre }) => centre)];
  const config = {
    ...{ host: '0.0.0.0', port, owner: card.id },
    ...{ tls: { ca: 'ca.pem', cert: 'broker.pem', key: 'broker.key.pem' }, registry: 'registry.json' },
  };
  const files: readonly (readonly [string, string, number])[] = [
    ['ca.pem', authority.pem, 0o644],
    ['broker.pem', cert, 0o644],
    ['broker.key.pem', key, 0o600],
    ['registry.json', registryText({ boxes, centres }), 0o640],
    ['broker.json', `${JSON.stringify(config, null, 1)}\n`, 0o644],
  ];
  for (const [name, text, mode] of files) await writeFileAtomic(join(out, name), text, mode);
  return ok([
    `${card.id}  ${boxes.length} boxes  ${names.join(' ')}`,
    ...files.map(([name]) => join(out, name)),
    `centre: --mqtt-url mqtts://${names[0]}:${port} --broker-registry ${join(out, 'registry.json')}`,
  ]);
}
