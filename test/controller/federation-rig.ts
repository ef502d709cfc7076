// A province, two communes and a hamlet, each with a centre of its own, and what their people do.
import { expect, vi } from 'vitest';
import { readHandling } from '../../controller/sources/handling.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, must, openPolicy, password, seedOf } from './built-centre.ts';
import { JoinedFolders, startJoined, Wire } from './joined-centres.ts';
import { content } from './source-rig.ts';
import { row } from './unit-rig.ts';

const centreOf = (id: string, name: string, level: string, area: string) => ({ id, name, level, area, zone: 'Asia/Ho_Chi_Minh' });
const people = [
  { account: 'tac-gia', title: 'Tác giả', roles: ['author', 'scheduler'] },
  { account: 'duyet', title: 'Duyệt', roles: ['approver'] },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator', 'technician', 'auditor'] },
].map((one) => ({ ...one, password }));
const seed = (centre: object, units: readonly object[]) => seedOf({ centre, units, accounts: people, policy: openPolicy, groups: [] });
const [a, b, thon] = [
  { ...row('a', 'tinh', 'commune', '08/00001', '00001'), name: 'Xã A' },
  { ...row('b', 'tinh', 'commune', '08/00002', '00002'), name: 'Xã B' },
  { ...row('a-1', 'a', 'hamlet', '08/00001/thon-1'), name: 'Thôn 1 xã A' },
];
const tinh = { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' };
/** A centre's own tree begins at its own unit, under names of its own. */
const xaA = { ...row('xa', null, 'commune', '08/00001', '00001'), name: 'Xã A' };
const thonA = { ...row('thon-mot', 'xa', 'hamlet', '08/00001/thon-1'), name: 'Thôn 1' };
const xaB = { ...row('xa-b', null, 'commune', '08/00002', '00002'), name: 'Xã B' };
const thonOwn = { ...row('thon', null, 'hamlet', '08/00001/thon-1'), name: 'Thôn 1' };

export const askers = new Map<string, Promise<Asker>>();
export const as = (built: BuiltCentre, account: string): Promise<Asker> => {
  const key = `${built.dir} ${account}`;
  const known = askers.get(key) ?? built.as(account);
  askers.set(key, known);
  return known;
};

export interface Family {
  readonly province: BuiltCentre;
  readonly communeA: BuiltCentre;
  readonly communeB: BuiltCentre;
  readonly hamlet: BuiltCentre;
  readonly wires: { readonly a: Wire; readonly b: Wire; readonly thon: Wire };
  stop(): Promise<void>;
}

export async function makeFamily(): Promise<Family> {
  const wires = { a: new Wire('xa-a'), b: new Wire('xa-b'), thon: new Wire('thon-1') };
  const folders = await JoinedFolders.make([
    { name: 'tinh', seed: seed(centreOf('tinh-08', 'Tỉnh', 'province', '08'), [tinh, a, b, thon]), above: null },
    { name: 'xa-a', seed: seed(centreOf('xa-a', 'Xã A', 'commune', '08/00001'), [xaA, thonA]), above: 'tinh' },
    { name: 'xa-b', seed: seed(centreOf('xa-b', 'Xã B', 'commune', '08/00002'), [xaB]), above: 'tinh' },
    { name: 'thon-1', seed: seed(centreOf('thon-1', 'Thôn 1', 'hamlet', '08/00001/thon-1'), [thonOwn]), above: 'xa-a' },
  ]);
  const province = await startJoined(folders, 'tinh');
  const communeA = await startJoined(folders, 'xa-a', wires.a, province);
  const communeB = await startJoined(folders, 'xa-b', wires.b, province);
  const hamlet = await startJoined(folders, 'thon-1', wires.thon, communeA);
  return {
    ...{ province, communeA, communeB, hamlet, wires },
    stop: async () => {
      for (const built of [hamlet, communeB, communeA, province]) await built.stop();
      await folders.remove();
    },
  };
}

/** Until it holds: everything goes over in the background. */
export const soon = <T>(ask: () => Promise<T>) => vi.waitFor(ask, { timeout: 60_000, interval: 20 });

/** The head of an Opus sound: what is no sound at all does not go over. */
export function upload(built: BuiltCentre, text: string): Promise<string> {
  return uploadBytes(built, Buffer.concat([Buffer.from(`OggS${'\0'.repeat(24)}OpusHead`, 'latin1'), Buffer.from(text)]), { title: text });
}

/** Past whatever the centre looks at in an upload, as somebody would who owns it. */
export async function uploadBytes(built: BuiltCentre, bytes: Buffer, change: Partial<Item> = {}): Promise<string> {
  const sha256 = await built.centre.blobs.keep(bytes);
  const said = { type: 'audio/ogg' as const, title: 'x', language: 'vi', durationMs: 60_000, gainDb: 0 };
  const item: Item = { sha256, bytes: bytes.length, ...said, ...change };
  const act = { atMs: 1, actor: 'x', act: 'media.add', subject: sha256, sha256: '' };
  await built.centre.store.content.addMedia({ item, source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
  return sha256;
}

export async function through(built: BuiltCentre, id: string, version: number): Promise<void> {
  for (const [account, step] of [
    ['tac-gia', 'submit'],
    ['duyet', 'approve'],
    ['duyet', 'publish'],
  ] as const) {
    const done = await (await as(built, account))('POST', `/source-items/${id}/${step}`, { version });
    expect([step, done.status, done.body.detail]).toEqual([step, 200, undefined]);
  }
}

export async function publish(built: BuiltCentre, change: object = {}): Promise<string> {
  const made = await (await as(built, 'tac-gia'))('POST', '/source-items', { content: { ...content(), ...change } });
  expect(made.status).toBe(201);
  await through(built, made.body.id, 1);
  return made.body.id;
}

export async function sounding(built: BuiltCentre, text: string, change: object = {}): Promise<string> {
  const media = await upload(built, text);
  return publish(built, { kind: 'audio', media, essential: true, title: text, body: text, ...change });
}

export async function issue(built: BuiltCentre, id: string, to: readonly string[], change: object = {}): Promise<string> {
  const made = await (await as(built, 'duyet'))('POST', `/source-items/${id}/issue`, { version: 1, to, ...change });
  expect([made.status, made.body.detail]).toEqual([201, undefined]);
  await built.centre.federation.round();
  return made.body.id;
}

export interface Entry {
  readonly issue: string;
  readonly answer: string;
  readonly withdrawn: boolean;
  readonly unit: { readonly id: string };
  readonly item: {
    readonly id: string;
    readonly content: { readonly title: string; readonly body: string };
    readonly [key: string]: unknown;
  };
}

/** What lies in a centre's inboxes under this title, once there is anything. */
export const inbox = (built: BuiltCentre, title: string): Promise<Entry[]> =>
  soon(async () => {
    const all = (await (await as(built, 'tac-gia'))('GET', '/inbox?limit=500')).body as Entry[];
    const found = all.filter(({ item }) => item.content.title === title);
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
/** As its route answers, without the route's limit of asks in a minute. */
export async function table({ centre }: BuiltCentre, id: string) {
  const item = await centre.store.sources.item(id);
  if (!item) throw new Error(`no ${id}`);
  const far = (issues: readonly string[]) => centre.federation.lower.far(issues);
  return must(
    await readHandling({ ...centre, far, boxes: () => centre.registry.all() }, item, [{ role: 'leader', area: centre.card.area }]),
  );
}

export async function addBox(built: BuiltCentre, id: string, area: string, groups: readonly string[]): Promise<void> {
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  const added = await (await as(built, 'quan-tri'))('POST', '/boxes', { id, name: id, area, groups, outputs });
  expect(added.status).toBe(201);
}

/** A box tells that it played this to its end. */
export async function play(built: BuiltCentre, dev: string, sha256: string, atMs = built.clock.nowMs): Promise<void> {
  const receipt = {
    ...{ occurrence: `s@${atMs}@${dev}`, outcome: 'played', plannedStartMs: atMs, plannedEndMs: atMs + 1, audibleMs: 1 },
    ...{ items: [sha256], proof: 'painted', what: 'occurrence', class: 'normal' },
  };
  const receipts = [{ dev, receivedMs: atMs, receipt: receipt as unknown as Receipt }];
  await built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  await built.centre.federation.round();
}
