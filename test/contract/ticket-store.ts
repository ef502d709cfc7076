// What every store promises of repairs.
import { expect, test } from 'vitest';
import type { TicketFilter } from '../../controller/store/ticket-store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { ticket } from '../controller/register-rig.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = { atMs: 1, actor: 'an', act: 'ticket.open', subject: 's', sha256: '' };
const closing = { atMs: 50, by: 'an', how: 'administrator', reason: 'x', faultTimes: 1 } as const;

export function describeTicketStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const add = (change: Parameters<typeof ticket>[0], most = 10) => on.store.tickets.add(ticket(change), most, act);

    test('tickets are listed newest first, by state, person and place', async () => {
      await add({ id: 'a', openedMs: 1, assignee: 'binh', state: 'assigned' });
      await add({ id: 'b', openedMs: 3, box: null, unit: 'thon-2', entry: 'cum-1' });
      await add({ id: 'c', openedMs: 2, box: 'hop-2', unit: 'thon-2', state: 'closed', closed: closing });
      await on.reopen();
      const ids = async (filter: Partial<TicketFilter>) => (await on.store.tickets.tickets({ limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual(['b', 'c', 'a']);
      expect(await ids({ limit: 1, after: { openedMs: 3, id: 'b' } })).toEqual(['c']);
      expect(await ids({ states: ['open', 'assigned'] })).toEqual(['b', 'a']);
      expect(await ids({ assignee: 'binh' })).toEqual(['a']);
      expect(await ids({ box: 'hop-2' })).toEqual(['c']);
      expect(await ids({ within: { boxes: ['hop-1'], units: ['thon-2'] } }), 'the box says where it is, not the unit').toEqual(['b', 'a']);
      expect(await ids({ within: { boxes: [], units: [] } })).toEqual([]);
      expect((await on.store.tickets.unsettled(49)).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
      expect((await on.store.tickets.unsettled(50)).map(({ id }) => id)).toEqual(['a', 'b']);
    });

    test('a fault has one open ticket, a centre only so many', async () => {
      expect(await add({ id: 'a', fault: 'f1' })).toMatchObject({ ok: true });
      expect(await add({ id: 'b', fault: 'f1' })).toMatchObject({ problem: { code: 'conflict' } });
      await on.store.tickets.decide('a', (one) => ok({ ...one, state: 'closed', closed: closing }), act);
      expect(await add({ id: 'b', fault: 'f1' })).toMatchObject({ ok: true });
      expect(await add({ id: 'c' }, 1)).toMatchObject({ problem: { code: 'over-budget' } });
    });

    test('a refused step changes nothing and stands in no audit', async () => {
      await add({ id: 'a' });
      expect(await on.store.tickets.decide('a', () => bad('conflict', 'no'), act)).toMatchObject({ ok: false });
      expect(await on.store.tickets.decide('z', (one) => ok(one), act)).toMatchObject({ problem: { code: 'not-found' } });
      expect(await on.store.tickets.ticket('a')).toEqual(ticket({ id: 'a' }));
      expect(await on.store.audit.entries(0, 10)).toHaveLength(1);
    });
  });
}
