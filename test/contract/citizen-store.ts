// What every store promises of residents: sent once is kept once, one vote a voter, counted ballots belong to nobody, erased is erased.
import { expect, test } from 'vitest';
import { erased } from '../../controller/core/feedback.ts';
import { countBallots, type StoredPoll } from '../../controller/core/polls.ts';
import type { FeedbackFilter, StoredPush } from '../../controller/store/citizen-store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { feedback } from '../controller/citizen-rig.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = { atMs: 1, actor: 'resident', act: 'feedback.send', subject: 's', sha256: '' };
const poll = (change: Partial<StoredPoll> = {}): StoredPoll => ({
  ...{ id: 'bc-1', kind: 'poll', unit: 'xa', title: 'Giờ phát', text: '', voter: 'device', opensMs: 1, closesMs: 9, by: 'an', madeMs: 1 },
  ...{ questions: [{ type: 'one', text: 'Mấy giờ?', options: ['5', '6'] }], changes: 0, set: 'open', counted: null },
  ...change,
});
const push = (change: Partial<StoredPush> = {}): StoredPush => ({
  ...{ id: 'p-1', device: 'may-1', locked: 'x', units: ['xa'], topics: ['programme'], digestHour: null, madeMs: 1, failures: 0 },
  ...change,
});

export function describeCitizenStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const add = (change: Parameters<typeof feedback>[0], once = `${change?.id}`, most = 100, said = 'den duong') =>
      on.store.citizens.feedback.add(feedback(change), { once, said }, most, act);

    test('the same feedback sent again is the first one, and only so many wait for an answer', async () => {
      await add({ id: 'a', number: 'PA-A' }, 'o-1');
      expect(await add({ id: 'b', number: 'PA-B', text: 'khác' }, 'o-1')).toMatchObject({ value: { id: 'a', number: 'PA-A' } });
      await on.reopen();
      expect(await on.store.citizens.feedback.byOnce('o-1')).toEqual(feedback({ id: 'a', number: 'PA-A' }));
      expect(await add({ id: 'c', number: 'PA-C' }, 'o-2', 1)).toMatchObject({ problem: { code: 'over-budget' } });
      expect(await on.store.audit.entries(0, 10)).toHaveLength(1);
    });

    test('feedback is listed newest first, by state, kind, place, person and what is overdue', async () => {
      await add({ id: 'a', number: 'PA-A', receivedMs: 1, dueMs: 5 });
      await add({
        id: 'b',
        number: 'PA-B',
        receivedMs: 3,
        dueMs: 50,
        unit: 'thon-2',
        kind: 'petition',
        assignee: 'binh',
        state: 'assigned',
      });
      const answers = [{ text: 'x', atMs: 4, by: 'an' }];
      const published = { question: 'q', answer: 'a', atMs: 4, by: 'an' };
      await add({ id: 'c', number: 'PA-C', receivedMs: 2, dueMs: 5, state: 'answered', answers, published, ticket: 't-1', phone: 'ph' });
      const ids = async (filter: Partial<FeedbackFilter>) =>
        (await on.store.citizens.feedback.list({ limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual(['b', 'c', 'a']);
      expect(await ids({ limit: 1, after: { receivedMs: 3, id: 'b' } })).toEqual(['c']);
      expect(await ids({ states: ['received', 'assigned'] })).toEqual(['b', 'a']);
      expect(await ids({ kind: 'petition', units: ['thon-2'], assignee: 'binh' })).toEqual(['b']);
      expect(await ids({ units: [] })).toEqual([]);
      expect(await ids({ overdueMs: 6 }), 'what is answered is not overdue').toEqual(['a']);
      expect(await ids({ published: true, mending: true, phone: 'ph' })).toEqual(['c']);
      expect(await ids({ device: 'may-1', fromMs: 2, toMs: 3 })).toEqual(['c']);
      expect(await on.store.citizens.feedback.byNumber('PA-B')).toMatchObject({ id: 'b' });
      expect(await on.store.citizens.feedback.before('den duong', 2, 'may-1', 3)).toEqual({ same: 2, today: 1 });
      expect(await on.store.citizens.feedback.ofPhone('ph', 0)).toBe(1);
    });

    test('what was erased is found by nothing that leads to a person, and stays a figure', async () => {
      const photo = 'a'.repeat(64);
      await add({
        id: 'a',
        number: 'PA-A',
        photos: [photo],
        phone: 'ph',
        state: 'answered',
        steps: [{ atMs: 9, by: 'an', act: 'answer', note: '' }],
      });
      expect(await on.store.citizens.feedback.names(photo)).toBe(true);
      expect((await on.store.citizens.feedback.old(10, 5)).map(({ id }) => id)).toEqual(['a']);
      expect(await on.store.citizens.feedback.old(9, 5)).toEqual([]);
      await on.store.citizens.feedback.decide('a', (one) => ok(erased(one, 30)), act);
      expect(await on.store.citizens.feedback.names(photo)).toBe(false);
      expect(await on.store.citizens.feedback.old(100, 5)).toEqual([]);
      const list = on.store.citizens.feedback;
      expect([await list.list({ device: 'may-1', limit: 9 }), await list.list({ phone: 'ph', limit: 9 })]).toEqual([[], []]);
      expect(await list.before('den duong', 0, 'may-1', 0)).toEqual({ same: 0, today: 0 });
      expect(await list.feedback('a')).toMatchObject({ text: '', state: 'answered', receivedMs: 10, erasedMs: 30 });
    });

    test('a refused step changes nothing and stands in no audit', async () => {
      await add({ id: 'a', number: 'PA-A' });
      expect(await on.store.citizens.feedback.decide('a', () => bad('conflict', 'no'), act)).toMatchObject({ ok: false });
      expect(await on.store.citizens.feedback.decide('z', (one) => ok(one), act)).toMatchObject({ problem: { code: 'not-found' } });
      expect(await on.store.audit.entries(0, 10)).toHaveLength(1);
    });

    test('a rating takes the place of the voter’s own, is summed by place, and goes when it is erased', async () => {
      const { polls } = on.store.citizens;
      const rate = (voter: string, stars: number, unit = 'xa', about = 'level commune 2026-11') =>
        polls.rate({ about, unit, voter, stars, atMs: 1 }, [voter, `${voter} of old`]);
      await rate('v1', 2);
      await rate('v1', 5);
      await rate('v2', 5);
      await rate('v3', 5);
      await rate('v3', 1, 'thon-1');
      await rate('v4 of old', 3);
      await rate('v4', 1, 'thon-1');
      await rate('v1', 4, 'xa', 'item tin-1');
      expect(await polls.ratings('level ')).toEqual([
        { about: 'level commune 2026-11', unit: 'thon-1', stars: [2, 0, 0, 0, 0] },
        { about: 'level commune 2026-11', unit: 'xa', stars: [0, 0, 0, 0, 2] },
      ]);
      expect(await polls.ratingsOf(['v1'])).toHaveLength(2);
      expect(await polls.eraseRatings(['v1'])).toBe(2);
      expect(await polls.ratings('level commune 2026-11')).toMatchObject([{ unit: 'thon-1' }, { stars: [0, 0, 0, 0, 1] }]);
    });

    test('one ballot a voter; when a poll is settled its ballots are counted once and forgotten', async () => {
      const { polls } = on.store.citizens;
      await polls.decidePoll('bc-1', () => ok(poll()), 2, act);
      expect(await polls.decidePoll('bc-2', () => ok(poll({ id: 'bc-2', unit: 'thon-1', madeMs: 2 })), 2, act)).toMatchObject({ ok: true });
      expect(await polls.decidePoll('bc-3', () => ok(poll({ id: 'bc-3' })), 2, act)).toMatchObject({ problem: { code: 'over-budget' } });
      const vote = (voter: string, option: number, most = 9, open = true) =>
        polls.vote({ poll: 'bc-1', voter, atMs: 1, answers: [[option]] }, () => open, most);
      expect(await vote('v1', 1)).toMatchObject({ ok: true });
      expect(await vote('v1', 0)).toMatchObject({ problem: { code: 'conflict' } });
      expect(await vote('v2', 1, 1)).toMatchObject({ problem: { code: 'over-budget' } });
      expect(await vote('v2', 1, 9, false), 'its hour is over').toMatchObject({ problem: { code: 'conflict', path: '/state' } });
      await vote('v2', 1);
      await vote('v3', 0);
      const mine = [{ poll: 'bc-1', voter: 'v3' }];
      expect(await polls.hasVoted(mine)).toEqual(['bc-1']);
      expect(await polls.eraseBallots(mine)).toBe(1);
      const count = (of: StoredPoll, ballots: Parameters<typeof countBallots>[1]) => countBallots(of.questions, ballots, 50);
      expect((await polls.settle('bc-1', count, act))?.counted).toMatchObject({ ballots: 2, questions: [{ counts: [0, 2] }] });
      expect(await polls.settle('bc-1', count, act), 'counted already').toBeUndefined();
      expect(await vote('v4', 1), 'who was under way when it was counted').toMatchObject({ problem: { code: 'conflict', path: '/state' } });
      await on.reopen();
      expect([
        await on.store.citizens.polls.ballots('bc-1'),
        await on.store.citizens.polls.hasVoted([{ poll: 'bc-1', voter: 'v1' }]),
      ]).toEqual([0, []]);
      expect((await on.store.citizens.polls.polls(undefined, 9)).map(({ id }) => id)).toEqual(['bc-2', 'bc-1']);
      expect((await on.store.citizens.polls.polls(['xa'], 9)).map(({ id }) => id)).toEqual(['bc-1']);
    });

    test('where messages go is kept by device, page after page, and a message knows once of each device that it came', async () => {
      const { pushes } = on.store.citizens;
      for (const id of ['p-1', 'p-2']) expect(await pushes.put(push({ id }), 2, 3)).toMatchObject({ ok: true });
      expect(await pushes.put(push({ id: 'p-3' }), 2, 3)).toMatchObject({ problem: { code: 'over-budget' } });
      expect(await pushes.put(push({ id: 'p-2', topics: [] }), 2, 3), 'the same again').toMatchObject({ ok: true });
      await pushes.failed('p-2', 3);
      expect((await pushes.page('p-1', 5))[0]).toEqual(push({ id: 'p-2', topics: [], failures: 3 }));
      expect(await pushes.ofDevice('may-1')).toHaveLength(2);
      expect([await pushes.remove(['p-1', 'p-9']), await pushes.count()]).toEqual([1, 1]);
      for (const madeMs of [7, 6, 8]) await pushes.put(push({ id: `q-${madeMs}`, device: 'may-2', madeMs }), 9, 2);
      expect(
        (await pushes.ofDevice('may-2')).map(({ id }) => id),
        'the oldest of a device gives way',
      ).toEqual(['q-7', 'q-8']);
      const message = {
        id: 'm-1',
        topic: 'programme',
        title: 'x',
        text: '',
        at: '#/',
        units: ['xa'],
        atMs: 5,
        sent: 2,
        accepted: 1,
        failed: 1,
      } as const;
      await pushes.saveMessage(message);
      for (const tag of ['t1', 't1', 't2']) await pushes.received('m-1', tag);
      expect(await pushes.messages(5, 5)).toEqual([{ ...message, received: 2 }]);
      await pushes.forgetMessages(6);
      expect([await pushes.messages(0, 5), await pushes.message('m-1')]).toEqual([[], undefined]);
    });
  });
}
