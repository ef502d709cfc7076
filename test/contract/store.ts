// What every store of a centre promises, whatever lies below it.
import { expect, test } from 'vitest';
import type { Act, Box, GroupEnvelope, StoredOrder, StoredReceipt, StoredRow } from '../../controller/store/store.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const envelope: Envelope = { payloadType: 'application/vnd.loa.want+json', payload: 'e30=', signatures: [{ keyid: 'k', sig: 'AA==' }] };

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

const box = (id: string): Box => ({
  id,
  name: `Hộp ${id}`,
  area: '08/02536',
  groups: ['g1'],
  settings: defaultBoxSettings,
  createdMs: 1,
  enrolledMs: null,
  signingKey: null,
  certificate: null,
});

const row = (seq: number, changes: Partial<StoredRow> = {}): StoredRow => ({
  dev: 'd1',
  epoch: 'e1',
  seq,
  hash: `${seq}`.padStart(64, '0'),
  entry: `{"n":${seq},"text":"chữ có dấu 'nháy'"}`,
  kind: 'act',
  atMs: 1000 + seq,
  receivedMs: 5000,
  ...changes,
});

const receipt = (occurrence: string, audibleMs = 1): StoredReceipt => ({
  dev: 'd1',
  receivedMs: 5000,
  receipt: { occurrence, plannedStartMs: audibleMs, plannedEndMs: audibleMs, audibleMs } as unknown as Receipt,
});

const nothing = { rows: [], receipts: [], progress: [], conflicts: [], heads: [] };

function describeAudit(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(`${name}, the audit`, makeBed, (on) => {
    test('acts are found by how their texts begin and by time, from either end, part by part', async () => {
      const told = (actor: string, name: string, subject: string, atMs: number) =>
        on.store.audit.append({ ...act(name, atMs), actor, subject });
      await told('an', 'unit.change', 'đơn-1', 10);
      await told('an token-1', 'unit.undo', 'đơn-1', 20);
      await told('binh', 'account.add', 'an', 30);
      const found = async (asked: object) => (await on.store.audit.search({ order: 'oldest', limit: 9, ...asked })).map(({ seq }) => seq);
      expect(await found({})).toEqual([1, 2, 3]);
      expect(await found({ order: 'newest', limit: 2 })).toEqual([3, 2]);
      expect(await found({ order: 'newest', after: 2 })).toEqual([1]);
      expect(await found({ after: 2 })).toEqual([3]);
      expect(await found({ actor: 'an' })).toEqual([1, 2]);
      expect(await found({ act: 'unit.', subject: 'đơn' })).toEqual([1, 2]);
      expect(await found({ act: 'unit%' })).toEqual([]);
      expect(await found({ fromMs: 20, toMs: 30 })).toEqual([2]);
    });
  });
}

export function describeStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('what was written is there after closing and opening again', async () => {
      await on.store.estate.addBox(box('d1'), act('box.register'));
      await on.store.meta.setValue('card', '{"id":"x"}');
      await on.store.wants.saveWants([{ dev: 'd1', rev: 3, envelope, madeMs: 4 }]);
      await on.store.log.commit({ ...nothing, rows: [row(1)], heads: [{ dev: 'd1', epoch: 'e1', upto: 1, hash: 'h' }] });
      await on.reopen();
      expect(await on.store.estate.box('d1')).toEqual(box('d1'));
      expect(await on.store.meta.value('card')).toBe('{"id":"x"}');
      expect(await on.store.wants.want('d1')).toEqual({
        dev: 'd1',
        rev: 3,
        envelope,
        madeMs: 4,
      });
      expect(await on.store.log.rows({ limit: 5 })).toEqual([row(1)]);
      expect(await on.store.log.head('d1', 'e1')).toEqual({ upto: 1, hash: 'h' });
      expect(await on.store.audit.verify()).toBeUndefined();
    });

    test('an id is given once', async () => {
      expect(await on.store.estate.addBox(box('d1'), act('a'))).toEqual({ ok: true, value: undefined });
      expect(await on.store.estate.addBox(box('d1'), act('a'))).toMatchObject({ ok: false, problem: { code: 'conflict', path: '/id' } });
      const account = {
        account: 'x',
        title: 'X',
        grants: [{ role: 'duty' as const, area: '08' }],
        passwordHash: 'h',
        createdMs: 1,
        disabledMs: null,
      };
      expect((await on.store.people.addAccount(account, act('b'))).ok).toBe(true);
      expect((await on.store.people.addAccount(account, act('b'))).ok).toBe(false);
      expect(await on.store.people.account('x')).toEqual(account);
      expect(await on.store.people.account('y')).toBeUndefined();
    });

    test('settings of a box are replaced whole, and nothing else of it changes', async () => {
      await on.store.estate.addBox(box('d1'), act('a'));
      const settings = { ...box('d1').settings, staggerMs: 2_000 };
      expect(await on.store.estate.saveSettings('d1', settings, act('box.settings'))).toMatchObject({ ok: true });
      expect(await on.store.estate.box('d1')).toEqual({ ...box('d1'), settings });
      expect(await on.store.estate.saveSettings('d2', settings, act('x'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    });

    test('a claim is used once, by one of many who race for it', async () => {
      await on.store.estate.addBox(box('d1'), act('a'));
      await on.store.estate.addClaim({ tokenHash: 't', dev: 'd1', expMs: 2000 }, act('c'));
      const brought = { signingKey: 'key', certificate: 'cert' };
      const results = await Promise.all([1, 2, 3].map(() => on.store.estate.enrol('t', brought, act('box.enrol'))));
      expect(results.filter((one) => one.ok)).toHaveLength(1);
      expect(results.filter((one) => !one.ok && one.problem.code === 'claim-used')).toHaveLength(2);
      expect(await on.store.estate.box('d1')).toMatchObject({ enrolledMs: 1000, ...brought });
    });

    test('a claim ends at its time, and a newer claim of the box ends the older', async () => {
      await on.store.estate.addBox(box('d1'), act('a'));
      await on.store.estate.addClaim({ tokenHash: 'old', dev: 'd1', expMs: 9000 }, act('c'));
      await on.store.estate.addClaim({ tokenHash: 'new', dev: 'd1', expMs: 2000 }, act('c'));
      expect(await on.store.estate.claim('old', 1)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      expect(await on.store.estate.claim('new', 1)).toMatchObject({ ok: true });
      expect(await on.store.estate.claim('new', 2000)).toMatchObject({ ok: false, problem: { code: 'expired' } });
    });

    test('counters are remembered by space and never sink', async () => {
      await on.store.counters.raise(
        new Map([
          ['a x', 1000],
          ['b', 1000],
        ]),
      );
      await Promise.all([1500, 1200, 1400].map((ctr) => on.store.counters.raise(new Map([['a x', ctr]]))));
      expect(await on.store.counters.highest('a ')).toEqual(new Map([['a x', 1500]]));
      expect(await on.store.counters.highest('b')).toEqual(new Map([['b', 1000]]));
    });

    test('the floor is the latest instant known, and never sinks', async () => {
      await on.store.counters.raiseFloor(5000);
      await on.store.counters.raiseFloor(3000);
      expect(await on.store.counters.floorMs()).toBe(5000);
      await on.store.audit.append(act('later', 7000));
      expect(await on.store.counters.floorMs()).toBe(7000);
    });

    test('rows are inserted or ignored by their key; nothing stored is ever replaced', async () => {
      await on.store.log.commit({ ...nothing, rows: [row(1), row(2)], receipts: [receipt('o1', 7)] });
      await on.store.log.commit({
        ...nothing,
        rows: [row(2, { hash: 'f'.repeat(64) }), row(3)],
        receipts: [receipt('o1', 9), receipt('o2')],
      });
      expect((await on.store.log.rows({ limit: 9 })).map(({ seq, hash }) => [seq, hash.at(-1)])).toEqual([
        [3, '3'],
        [2, '2'],
        [1, '1'],
      ]);
      expect((await on.store.log.receipt('d1', 'o1'))?.audibleMs).toBe(7);
      expect(await on.store.log.hashes('d1', 'e1', 2, 3)).toEqual(new Map([2, 3].map((seq) => [seq, row(seq).hash])));
      expect((await on.store.log.receipts({ dev: 'd1', limit: 1 })).map(({ receipt: { occurrence } }) => occurrence)).toEqual(['o1']);
      expect(await on.store.log.receipts({ dev: 'd2', limit: 1 })).toEqual([]);
      const asked = [
        ['d1', 'o1'],
        ['d1', 'o9'],
        ['d2', 'o2'],
      ] as const;
      expect(await on.store.log.settled(asked)).toEqual(new Set(['d1 o1']));
      expect(await on.store.log.settled([])).toEqual(new Set());
    });

    test('an order’s envelopes live until their end; clears take their place', async () => {
      const order = {
        id: 'o1',
        order: {},
        template: 't',
        groups: ['g1'],
        boxes: ['d1'],
        by: 'x',
        givenMs: 1,
        expMs: 500,
        clearedMs: null,
      } as unknown as StoredOrder;
      const entry: GroupEnvelope = { group: 'g1', ctr: 5, typ: 'order', orders: ['o1'], envelope, audio: ['s'], expMs: 500 };
      await on.store.orders.addOrder(order, [entry, { ...entry, group: 'g2' }], act('order.give'));
      expect(await on.store.orders.envelopes(499)).toEqual([entry, { ...entry, group: 'g2' }]);
      expect(await on.store.orders.envelopes(500)).toEqual([]);
      const clear: GroupEnvelope = { ...entry, ctr: 6, typ: 'clear', audio: [], expMs: 900 };
      await on.store.orders.clearOrders(['o1'], [clear], act('order.clear', 20));
      expect(await on.store.orders.envelopes(1)).toEqual([clear]);
      expect(await on.store.orders.order('o1')).toMatchObject({ clearedMs: 20 });
      const progress = { order: 'o1', dev: 'd1', state: 'sounding', atMs: 3, voice: 'inline', problem: null };
      await on.store.log.commit({ ...nothing, progress: [progress, { ...progress, atMs: 4 }] });
      expect(await on.store.orders.progress(['o1', 'o2'])).toEqual([{ ...progress, atMs: 4 }]);
    });

    test('orders lie ready by box until they are taken away, also for the next start', async () => {
      const lying = { id: 'o-1', envelope, perHour: 4, maxMs: 600_000 };
      await on.store.orders.layReady('d1', lying, act('order.lay-ready'));
      await on.store.orders.layReady('d1', { ...lying, perHour: 2 }, act('order.lay-ready'));
      await on.store.orders.layReady('d2', { ...lying, id: 'o-2' }, act('order.lay-ready'));
      await on.reopen();
      expect([...(await on.store.orders.ready())]).toEqual([
        ['d1', [{ ...lying, perHour: 2 }]],
        ['d2', [{ ...lying, id: 'o-2' }]],
      ]);
      expect(await on.store.orders.takeReady('d1', 'o-2', act('order.take-ready'))).toMatchObject({ problem: { code: 'not-found' } });
      expect((await on.store.orders.takeReady('d1', 'o-1', act('order.take-ready'))).ok).toBe(true);
      expect([...(await on.store.orders.ready()).keys()]).toEqual(['d2']);
    });

    test('content is found as it was put, schedules leave when removed', async () => {
      const item = {
        sha256: 'a'.repeat(64),
        bytes: 1,
        type: 'audio/ogg' as const,
        title: 'Tiếng',
        language: 'vi',
        durationMs: 5,
        gainDb: 0,
      };
      const media = { item, source: 'f.mp3', author: 'x', createdMs: 1, peaks: [0.5] };
      await on.store.content.addMedia(media, act('media.add'));
      await on.store.content.addMedia({ ...media, author: 'y' }, act('media.add'));
      expect(await on.store.content.media()).toEqual([media]);
      const programme = {
        id: 'p',
        title: 'P',
        form: 'audio' as const,
        tier: 'normal' as const,
        level: 'commune' as const,
        centre: 'c',
        items: [item],
      };
      const stored = { programme, state: 'draft' as const, author: 'x', approver: null, changedMs: 1, note: '' };
      await on.store.content.saveProgramme(stored, act('p'));
      await on.store.content.saveProgramme({ ...stored, state: 'approved', approver: 'y' }, act('p'));
      expect(await on.store.content.programmes()).toEqual([{ ...stored, state: 'approved', approver: 'y' }]);
      const schedule = { schedule: { id: 's', programme: 'p' }, groups: ['g1'], author: 'x', createdMs: 1 } as never;
      expect((await on.store.content.addSchedule(schedule, act('s'))).ok).toBe(true);
      expect((await on.store.content.addSchedule(schedule, act('s'))).ok).toBe(false);
      expect(await on.store.content.schedules()).toEqual([schedule]);
      const moved = { schedule: { id: 's', programme: 'q' }, groups: ['g2'], author: 'x', createdMs: 2 } as never;
      expect((await on.store.content.replaceSchedule(moved, moved, act('s'))).ok).toBe(false);
      expect((await on.store.content.replaceSchedule(schedule, moved, act('s'))).ok).toBe(true);
      expect(await on.store.content.schedules()).toEqual([moved]);
      expect((await on.store.content.removeSchedule('s', act('s'))).ok).toBe(true);
      expect((await on.store.content.removeSchedule('s', act('s'))).ok).toBe(false);
    });

    test('live sessions keep what boxes told, their end, their recording; relays come and go', async () => {
      const session = {
        ...{ session: 'live-1', state: 'open' as const, source: 'microphone' as const, level: 'commune' as const, title: 'T' },
        ...{ publicKey: 'x', delayMs: 300, openMs: 5, untilMs: 9, gainDb: 0 },
      };
      const open = { closedMs: null, closedWhy: null, recording: null, recordingNote: null };
      const live = { session, groups: ['g1'], boxes: ['d1'], by: 'x', talkFromMs: 7, ...open };
      await on.store.live.addLive(live, act('live.open'));
      expect(await on.store.live.session('live-1')).toEqual(live);
      const told = { session: 'live-1', dev: 'd1', state: 'sounding', atMs: 6, problem: null };
      await on.store.log.commit({ ...nothing, live: [told, { ...told, state: 'accepted', atMs: 5 }] });
      await on.store.log.commit({ ...nothing, live: [{ ...told, atMs: 8 }] });
      expect(await on.store.live.progress(['live-1', 'live-2'])).toEqual([
        { ...told, state: 'accepted', atMs: 5 },
        { ...told, atMs: 8 },
      ]);
      await on.store.live.closeLive('live-1', 'closed', act('live.close', 8));
      await on.store.live.closeLive('live-1', 'again', act('live.close', 9));
      await on.store.live.keepRecording('live-1', 'a'.repeat(64), null);
      expect(await on.store.live.sessions(5)).toEqual([{ ...live, closedMs: 8, closedWhy: 'closed', recording: 'a'.repeat(64) }]);
      const relay = { id: 'r1', title: 'R', by: 'x', createdMs: 1 } as never;
      await on.store.live.addRelay(relay, act('relay.add'));
      expect(await on.store.live.relays()).toEqual([relay]);
      expect((await on.store.live.removeRelay('r1', act('relay.remove'))).ok).toBe(true);
      expect(await on.store.live.removeRelay('r1', act('relay.remove'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      expect(await on.store.audit.verify()).toBeUndefined();
    });

    test('acts written at the same time still make one unbroken chain', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => on.store.audit.append(act(`act-${i}`, i))));
      expect(await on.store.audit.verify()).toBeUndefined();
      expect((await on.store.audit.entries(0, 100)).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(await on.store.audit.entries(18, 100)).toHaveLength(2);
    });

    test('what boxes last said is kept as a whole', async () => {
      const seen = { dev: 'd1', lastSeenMs: 5, presence: null, report: null, telemetry: null };
      await on.store.estate.saveSeen([seen]);
      await on.store.estate.saveSeen([{ ...seen, lastSeenMs: 6 }]);
      expect(await on.store.estate.seen()).toEqual([{ ...seen, lastSeenMs: 6 }]);
    });
  });
  describeAudit(name, makeBed);
}
