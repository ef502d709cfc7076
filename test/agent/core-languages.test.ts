// What a box tells of an order's languages: heard ones in its fact, a skipped one as the receipt's reason.
import { expect, test } from 'vitest';
import type { OrderLanguages } from '../../agent/core/model.ts';
import { hourMs, item, mondayMs, opened, order, plan, programme, schedule } from '../world/build.ts';
import { Rig } from './core-rig.ts';

function heard(languages: OrderLanguages | undefined) {
  const quiet = plan(1, {
    programmes: [programme('news', [item('news', 60_000)])],
    schedules: [schedule('news', 'news', mondayMs + 9 * hourMs)],
  });
  const rig = new Rig(2 * hourMs).bootWith(quiet);
  rig.tell({
    is: 'orderOffered',
    opened: opened('flood', rig.wallMs, { nbf: rig.wallMs, exp: rig.wallMs + hourMs }),
    order: order({ times: 1 }),
    inline: [],
  });
  rig.amplifierAnswers();
  rig.pass(600);
  rig.starts();
  const { output = 'main', attempt = 0 } = rig.lastOf('play') ?? {};
  rig.pass(9_000);
  const ended = { is: 'playbackEnded', output, attempt, how: 'completed', audibleMs: 9_000, endedMs: rig.wallMs, voice: 'inline' } as const;
  rig.tell({ ...ended, ...(languages && { languages }) });
  rig.pass(10_000);
  const fact = rig.facts.find((one) => one.kind === 'order' && one.state === 'ended');
  const receipt = rig.facts.find((one) => one.kind === 'receipt' && one.receipt.what === 'order');
  return { fact, receipt: receipt?.kind === 'receipt' ? receipt.receipt : undefined };
}

test('an order heard in all languages of the cluster is played, for no reason', () => {
  const { fact, receipt } = heard({ heard: ['vi', 'tyz'], skipped: [] });
  expect(fact).toMatchObject({ voice: 'inline', languages: { heard: ['vi', 'tyz'], skipped: [] } });
  expect(receipt).toMatchObject({ outcome: 'played' });
  expect(receipt).not.toHaveProperty('reason');
});

test('a language without a voice is the reason to know, although the order was played', () => {
  const { fact, receipt } = heard({ heard: ['vi'], skipped: ['hmn'] });
  expect(fact).toMatchObject({ languages: { heard: ['vi'], skipped: ['hmn'] } });
  expect(receipt).toMatchObject({ outcome: 'played', reason: 'no-voice' });
});

test('an older player that names no languages leaves them out', () => {
  const { fact, receipt } = heard(undefined);
  expect(fact).not.toHaveProperty('languages');
  expect(receipt).not.toHaveProperty('reason');
});
