// The gateway process: what it can reach, what it says of real messages, and what becomes of one that hangs, bursts or talks nonsense.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Gateway } from '../../controller/emergency/gateway/gateway.ts';
import type { Checked, Remembered } from '../../controller/emergency/gateway/heard.ts';
import { findNetless } from '../../hardware/host/isolation.ts';
import { canLimit } from '../../hardware/host/processes.ts';
import { findXmlVerifier } from '../../hardware/host/xml-signature.ts';
import type { AlertSource } from '../../schemas/alerts.ts';
import { capAlert, capBytes, capSender, nameOf } from '../controller/alert-messages.ts';
import { programPath } from '../tell.ts';
import { makeAuthority } from './certificates.ts';
import { until } from './waiting.ts';

const bundle = fileURLToPath(new URL('../../dist/gateway.js', import.meta.url));
const bad = fileURLToPath(new URL('./bad-gateway.mjs', import.meta.url));
const nowMs = Date.UTC(2026, 10, 23, 1);

const source: AlertSource = {
  id: 'tinh',
  title: 'Tỉnh',
  kind: 'folder',
  trust: 'auto',
  events: [{ event: 'Lũ quét', template: 'lu-quet' }],
  places: [{ area: '08/02536', groups: ['xa'], codes: ['VN-xa=02536'] }],
  unknownPlaces: 'hold',
  perMinute: 120,
  senders: [capSender],
  superiorTo: [],
  exercises: false,
  signature: 'optional',
  signers: [],
  otherSystems: [],
  elsewhere: [],
};

const kept = new Map<string, Remembered>();
const running: Gateway[] = [];
afterEach(() => {
  for (const gateway of running.splice(0)) gateway.stop();
  kept.clear();
});

function start(file: string, more: { readonly processorMsMax?: number; readonly wallMsMax?: number } = {}): Gateway {
  const journal = { info: () => undefined, warn: () => undefined };
  const gateway = new Gateway({ bundle: file, journal, memory: async () => [...kept.values()], verifier: findXmlVerifier(), ...more });
  running.push(gateway);
  return gateway;
}

function ask(gateway: Gateway, bytes: Uint8Array | string, atMs = nowMs) {
  return gateway.check({ do: 'check', form: 'cap', bytes: Buffer.from(bytes).toString('base64'), source, nowMs: atMs });
}

/** As the desk does: what changed in memory is kept. */
async function read(gateway: Gateway, bytes: Uint8Array | string): Promise<Checked> {
  const checked = await ask(gateway, bytes);
  if (!checked.ok) throw new Error(`${checked.problem.code} ${checked.problem.detail}`);
  for (const key of checked.value.forget) kept.delete(key);
  for (const one of checked.value.remember) kept.set(one.key, one);
  return checked.value;
}

const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.ok ? result.value.verdict.code : result.problem.code);

describe('a message', () => {
  test('becomes plain data with the places it covers', async () => {
    const checked = await read(start(bundle), capBytes({ identifier: 'a-1', sentMs: nowMs }));
    expect(checked.verdict).toMatchObject({ is: 'accept', code: 'alert' });
    expect(checked.alert).toMatchObject({ identifier: 'a-1', events: ['Lũ quét'], places: ['08/02536'], differs: false });
  });

  test('is known again, also by the next process', async () => {
    const gateway = start(bundle);
    const alert = capAlert({ identifier: 'a-1', sentMs: nowMs });
    await read(gateway, capBytes(alert));
    expect((await read(gateway, capBytes(alert))).verdict.code).toBe('duplicate');
    gateway.forget();
    expect((await read(gateway, capBytes(alert))).verdict.code).toBe('duplicate');
    const cancel = await read(gateway, capBytes({ identifier: 'c-1', sentMs: nowMs, msgType: 'Cancel', references: [nameOf(alert)] }));
    expect(cancel).toMatchObject({ verdict: { code: 'cancel' }, ends: [{ identifier: 'a-1' }] });
  });

  test.each([
    ['a megabyte of words', 950_000],
    ['a border of ten thousand corners', 200_000],
  ])('with %s is read by a process that was just started', async (what, leastBytes) => {
    const plain = capAlert({ identifier: 'large', sentMs: nowMs });
    const [info] = plain.infos as [(typeof plain.infos)[number]];
    const corners = Array.from({ length: 10_000 }, (_, i): [number, number] => {
      const turn = (2 * Math.PI * i) / 10_000;
      return [Number((21 + Math.sin(turn)).toFixed(7)), Number((105 + Math.cos(turn)).toFixed(7))];
    });
    const area = {
      description: 'Xã',
      polygons: [[...corners, corners[0] as [number, number]]],
      circles: [],
      geocodes: info.areas[0]?.geocodes ?? [],
    };
    const description = 'Nước lên nhanh. '.repeat(12_000);
    const infos = what.includes('words')
      ? ['vi', 'en', 'tyz', 'hmn'].map((language) => ({ ...info, language, description }))
      : [{ ...info, areas: [area] }];
    const bytes = capBytes({ ...plain, infos });
    expect(bytes.length).toBeGreaterThan(leastBytes);
    expect(codeOf(await ask(start(bundle), bytes))).toBe('alert');
  });

  test('that nobody kept is new to the next process', async () => {
    const gateway = start(bundle);
    expect(codeOf(await ask(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs })))).toBe('alert');
    gateway.forget();
    expect(codeOf(await ask(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs })))).toBe('alert');
  });

  test.each([
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', 'doctype'],
    ['a billion laughs', `<!DOCTYPE l [<!ENTITY a "${'ha'.repeat(99)}"><!ENTITY b "${'&a;'.repeat(99)}">]><l>&b;</l>`, 'doctype'],
    ['depth', '<a>'.repeat(20_000), 'too-deep'],
    ['half a message', capBytes({ identifier: 'a-1', sentMs: nowMs }).subarray(0, 500), 'truncated'],
    ['two roots', '<a/><a/>', 'two-roots'],
    ['UTF-16', Buffer.from('\ufeff<alert/>', 'utf16le'), 'other-encoding'],
    ['a photograph', Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7_919) % 256)), 'not-utf8'],
  ])('with %s is refused and the process lives', async (_name, bytes, code) => {
    const gateway = start(bundle);
    await read(gateway, capBytes({ identifier: 'warm', sentMs: nowMs }));
    const { pid } = gateway;
    expect(codeOf(await ask(gateway, bytes))).toBe(code);
    expect(gateway.pid).toBe(pid);
  });
});

describe('the process', () => {
  test('has no environment, no network and no files', async () => {
    const gateway = start(bundle);
    await read(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs }));
    const proc = `/proc/${gateway.pid}`;
    expect(readFileSync(`${proc}/environ`, 'utf8')).toBe('');
    expect(readFileSync(`${proc}/cmdline`, 'utf8').split('\0').join(' ')).toMatch(/--max-old-space-size=96 .*-permission /);
    const cards = readFileSync(`${proc}/net/dev`, 'utf8').split('\n').slice(2, -1);
    if ((await findNetless()).length > 0) expect(cards.map((line) => line.trim().split(':')[0])).toEqual(['lo']);
    const modules = [...readFileSync(bundle, 'utf8').matchAll(/^import .* from ["']([^"']+)["'];?$|^\} from ["']([^"']+)["'];?$/gm)];
    expect([...new Set(modules.map((match) => match[1] ?? match[2]))].sort()).toEqual(['node:crypto', 'node:module', 'node:url']);
  });

  test('that stands still is ended, and the next message is read by a new one', async () => {
    const gateway = start(bundle, { wallMsMax: 600 });
    await read(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs }));
    const { pid } = gateway;
    process.kill(pid as number, 'SIGSTOP');
    const beganMs = performance.now();
    expect(codeOf(await ask(gateway, capBytes({ identifier: 'a-2', sentMs: nowMs })))).toBe('tool-timeout');
    // The wall is moved while the machine has no time for it.
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    expect((await read(gateway, capBytes({ identifier: 'a-3', sentMs: nowMs }))).verdict.is).toBe('accept');
    expect(gateway.pid).not.toBe(pid);
  });

  test('killed between two messages is replaced without a word', async () => {
    const gateway = start(bundle);
    await read(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs }));
    process.kill(gateway.pid as number, 'SIGKILL');
    await until('its end', () => (gateway.pid === undefined ? true : undefined));
    expect((await read(gateway, capBytes({ identifier: 'a-1', sentMs: nowMs }))).verdict.code).toBe('duplicate');
  });
});

describe.skipIf(!programPath('xmlsec1'))('a signature [needs xmlsec1]', () => {
  const dsig = 'http://www.w3.org/2000/09/xmldsig#';
  const unsigned = `<ds:Signature xmlns:ds="${dsig}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/><ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="${dsig}enveloped-signature"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature></alert>`;

  test('is verified by a program beside the process, against pinned certificates only', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-signed-'));
    const [own, other] = await Promise.all([1, 2].map(async () => (await makeAuthority()).client('signer')));
    if (!own || !other) throw new Error('no certificates');
    const [keyFile, plainFile] = [join(dir, 'key.pem'), join(dir, 'plain.xml')];
    await writeFile(keyFile, own.key);
    const atMs = Date.now();
    const sign = async (identifier: string) => {
      await writeFile(plainFile, capBytes({ identifier, sentMs: atMs }).toString().replace('</alert>', unsigned));
      return execFileSync('xmlsec1', ['--sign', '--privkey-pem', keyFile, plainFile]);
    };
    const gateway = start(bundle);
    const judge = async (bytes: Uint8Array, pin: string) => {
      const signers = [{ sender: capSender, certificates: [pin] }];
      const signing: AlertSource = { ...source, kind: 'folder', signature: 'required', signers };
      const ask = { do: 'check', form: 'cap', bytes: Buffer.from(bytes).toString('base64'), source: signing, nowMs: atMs + 1_000 } as const;
      return codeOf(await gateway.check(ask));
    };
    expect(await judge(await sign('s-1'), own.cert)).toBe('alert');
    expect(await judge(await sign('s-2'), other.cert)).toBe('signature-wrong');
    expect(await judge(capBytes({ identifier: 's-3', sentMs: atMs }), own.cert)).toBe('signature-missing');
    const altered = (await sign('s-4')).toString().replace('Lũ quét tại xã', 'Bình yên tại xã');
    expect(await judge(Buffer.from(altered), own.cert)).toBe('signature-wrong');
    await rm(dir, { recursive: true });
  });
});

describe('a process gone bad', () => {
  test.each([
    ['computes without end', 'hang', 'tool-timeout'],
    ['takes memory without end', 'bomb', /tool-(failed|timeout)/],
    ['dies', 'die', 'tool-failed'],
    ['talks without end', 'flood', /tool-(failed|timeout)/],
    ['answers nonsense', 'nonsense', 'tool-failed'],
    ['answers another question', 'other', 'tool-failed'],
  ])('and %s is ended; the next message is read by another', async (_name, wish, code) => {
    const gateway = start(bad);
    expect(codeOf(await ask(gateway, 'fine'))).toBe('test');
    const { pid } = gateway;
    const beganMs = performance.now();
    expect(codeOf(await ask(gateway, wish))).toMatch(code);
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    expect(codeOf(await ask(gateway, 'fine'))).toBe('test');
    expect(gateway.pid).not.toBe(pid);
  });

  test('cannot take more memory than it is given, within its heap or outside', async () => {
    if (!canLimit()) return;
    const gateway = start(bad, { processorMsMax: 60_000, wallMsMax: 60_000 });
    for (const wish of ['bomb', 'buffers']) expect(codeOf(await ask(gateway, wish))).toBe('tool-failed');
    expect(codeOf(await ask(gateway, 'fine'))).toBe('test');
  });

  test('that is not there is told, and no message is blamed', async () => {
    const gateway = start('/nowhere/gateway.js');
    expect(codeOf(await ask(gateway, 'fine'))).toBe('tool-missing');
  });
});

test('three hundred messages at once are all answered, in order', async () => {
  const gateway = start(bundle);
  const beganMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(gateway, capBytes({ identifier: `a-${i}`, sentMs: nowMs }))));
  expect(answers.map((one) => (one.ok ? one.value.alert?.identifier : ''))).toEqual(Array.from({ length: 300 }, (_, i) => `a-${i}`));
  expect(performance.now() - beganMs).toBeLessThan(60_000);
});
