// Source items made by hand, and a province with two communes that asks through REST.

import * as v from 'valibot';
import type { SourceItem, SourceVersion } from '../../controller/core/source-item.ts';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { SchedulePart } from '../../schemas/schedule.ts';
import { type SourceContent as Content, SourceContent } from '../../schemas/source.ts';
import { type Asker, type BuiltCentre, makeCentre, openPolicy, password, seedOf, statementIn } from './built-centre.ts';
import { row } from './unit-rig.ts';

export const content = (change: Partial<Content> = {}): Content => ({
  ...v.parse(SourceContent, { kind: 'notice', title: 'Lịch tiêm phòng', body: 'Tiêm phòng dại cho chó, mèo.' }),
  ...change,
});

export const version = (change: Partial<SourceVersion> = {}): SourceVersion => ({
  ...{ n: 1, content: content(), play: null, author: 'an', madeMs: 1, state: 'draft', steps: [] },
  ...change,
});

export const source = (change: Partial<SourceItem> = {}): SourceItem => ({
  ...{ id: 'tin-1', unit: 'xa', from: null, folder: null, tags: [], createdMs: 1, changedMs: 1, latest: version(), published: null },
  ...change,
});

/** A sound as an upload leaves it. */
export const sound = (letter: string, durationMs = 60_000) => ({
  ...{ sha256: letter.repeat(64), bytes: 10, type: 'audio/ogg' as const, title: `Bản thu ${letter}` },
  ...{ language: 'vi', durationMs, gainDb: 0 },
});

export const page = (letter: string) => ({ ...sound(letter, 30_000), type: 'text/html' as const });

const people = [
  { account: 'bien-tap', title: 'Biên tập tỉnh', roles: ['author'] },
  { account: 'bien-tap-lich', title: 'Biên tập và lịch tỉnh', roles: ['author', 'scheduler'] },
  { account: 'duyet-tinh', title: 'Duyệt tỉnh', roles: ['approver'] },
  { account: 'ca-hai', title: 'Vừa viết vừa duyệt', roles: ['author', 'approver'] },
  { account: 'xa-a', title: 'Xã A', roles: ['author', 'scheduler'], area: '08/00001' },
  { account: 'duyet-a', title: 'Duyệt xã A', roles: ['approver'], area: '08/00001' },
  { account: 'xa-b', title: 'Xã B', roles: ['author', 'scheduler'], area: '08/00002' },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator', 'technician', 'auditor'] },
];

export const units = [
  { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' },
  { ...row('a', 'tinh', 'commune', '08/00001', '00001'), name: 'Xã A' },
  { ...row('b', 'tinh', 'commune', '08/00002', '00002'), name: 'Xã B' },
  { ...row('a-1', 'a', 'hamlet', '08/00001/thon-1'), name: 'Thôn 1 xã A' },
];

export interface Province {
  readonly built: BuiltCentre;
  readonly ask: (account: string) => Promise<Asker>;
  /** An upload, without the machines that make one. */
  readonly upload: (item: ReturnType<typeof sound> | ReturnType<typeof page>) => Promise<string>;
  /** Written by `bien-tap`, approved and published by `duyet-tinh`. */
  readonly publish: (change?: object, unit?: string) => Promise<string>;
  /** A newer version of the same, in force. */
  readonly correct: (id: string, change: object) => Promise<void>;
}

export async function makeProvince(tools: AudioTools = {}): Promise<Province> {
  const centre = { id: 'tinh-08', name: 'Tỉnh', level: 'province', area: '08', zone: 'Asia/Ho_Chi_Minh' };
  const accounts = people.map((one) => ({ ...one, password }));
  const built = await makeCentre(seedOf({ centre, units, accounts, policy: openPolicy, groups: [] }), undefined, tools);
  const asked = new Map<string, Asker>();
  const ask = async (account: string) => {
    const known = asked.get(account) ?? (await built.as(account));
    asked.set(account, known);
    return known;
  };
  const through = async (id: string, number: number) => {
    for (const [account, step] of [
      ['bien-tap', 'submit'],
      ['duyet-tinh', 'approve'],
      ['duyet-tinh', 'publish'],
    ] as const) {
      const done = await (await ask(account))('POST', `/source-items/${id}/${step}`, { version: number });
      if (done.status !== 200) throw new Error(`${step}: ${JSON.stringify(done.body)}`);
    }
  };
  return {
    built,
    ask,
    upload: async (item) => {
      const act = { atMs: 1, actor: 'x', act: 'media.add', subject: item.sha256, sha256: '' };
      await built.centre.store.content.addMedia({ item, source: '', author: 'bien-tap', createdMs: 1, peaks: [] }, act);
      return item.sha256;
    },
    publish: async (change = {}, unit = 'tinh') => {
      const made = await (await ask('bien-tap'))('POST', '/source-items', { unit, content: { ...content(), ...change } });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      await through(made.body.id, 1);
      return made.body.id as string;
    },
    correct: async (id, change) => {
      const writer = await ask('bien-tap');
      const before = (await writer('GET', `/source-items/${id}`)).body;
      const wish = { version: before.version, content: { ...before.content, ...change } };
      const made = await writer('PUT', `/source-items/${id}`, wish);
      if (made.status !== 200) throw new Error(JSON.stringify(made.body));
      await through(id, made.body.version);
    },
  };
}

/** A box of loudspeakers that listens to these groups. */
export async function addBox({ ask }: Province, id: string, area: string, groups: readonly string[]): Promise<void> {
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  const added = await (await ask('quan-tri'))('POST', '/boxes', { id, name: id, area, groups, outputs });
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
}

/** What a box is told to play: its programmes and schedules. */
export async function plannedFor({ built }: Province, id: string): Promise<SchedulePart> {
  const retained = built.lastRetained(`loa/1/d/${id}/dn/want`);
  const { parts } = statementIn(JSON.parse(String(retained?.payload))).body as { parts: { kind: string; sha256: string }[] };
  const bytes = await built.centre.blobs.read(parts.find(({ kind }) => kind === 'schedules')?.sha256 ?? '');
  return JSON.parse(String(bytes)) as SchedulePart;
}

/** A programme of these items on these groups, approved by another; answers the ids of both. */
export async function schedule(
  { ask }: Province,
  account: string,
  items: readonly unknown[],
  groups: readonly string[],
  form: 'audio' | 'bulletin' = 'audio',
  rrule: string | null = 'FREQ=DAILY',
): Promise<{ readonly programme: string; readonly schedule: string }> {
  const [who, approver] = [await ask(account), await ask('duyet-tinh')];
  const must = (answer: { status: number; body: { id: string } }) => {
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  };
  const programme = must(await who('POST', '/programmes', { title: 'Bản tin chiều', form, tier: 'normal', items }));
  must(await who('POST', `/programmes/${programme}/submit`, {}));
  must(await approver('POST', `/programmes/${programme}/approve`, {}));
  const wish = { programme, groups, start: '20261123T170000', zone: 'Asia/Ho_Chi_Minh', ...(rrule !== null && { rrule }) };
  return { programme, schedule: must(await who('POST', '/schedules', wish)) };
}
