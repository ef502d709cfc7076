// Live sessions in the core: what is taken, what is passed over, what is refused and how often that is told.
import { describe, expect, it } from 'vitest';
import type { LiveSession } from '../../schemas/live.ts';
import type { Fact } from '../../schemas/outbox.ts';
import { hourMs, liveSession, minuteMs, opened, order, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

function box(): Rig {
  const rig = new Rig(8 * hourMs).bootWith(plan(1, {}));
  rig.facts.length = 0;
  rig.actions.length = 0;
  return rig;
}

let counter = 0;

function offer(rig: Rig, session: LiveSession, changes: Parameters<typeof opened>[2] = {}) {
  counter += 1;
  return rig.tell({
    is: 'liveOffered',
    opened: opened(`l-${counter}`, rig.wallMs + counter, { nbf: rig.wallMs, exp: rig.wallMs + 30_000, ...changes }),
    session,
  });
}

const words = (facts: readonly Fact[]) =>
  facts.flatMap((fact) => (fact.kind === 'live' ? [`${fact.session} ${fact.state}${fact.problem ? ` ${fact.problem.code}` : ''}`] : []));
const streams = (rig: Rig) =>
  rig.actions.flatMap((action) =>
    action.do === 'openLive' ? [`open ${action.session.session}`] : action.do === 'closeLive' ? [`close ${action.session}`] : [],
  );

describe('an announcement', () => {
  it('said again and again opens one stream and is told once', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    for (let i = 0; i < 10; i += 1) {
      offer(rig, session);
      rig.pass(5_000);
    }
    expect(words(rig.facts)).toEqual(['s accepted']);
    expect(streams(rig)).toEqual(['open s']);
  });

  it.each<[string, Partial<LiveSession>, Parameters<typeof opened>[2], string]>([
    ['that is over', { untilMs: -1 }, {}, 'expired'],
    ['whose words have run out', {}, { exp: 1 }, 'expired'],
    ['of later', { openMs: 5 * minuteMs, untilMs: 10 * minuteMs }, {}, 'not-yet'],
    ['of a session without end', { untilMs: 3 * hourMs }, {}, 'bad-input'],
  ])('%s is refused, and told once however often it comes', (_what, changes, meta, code) => {
    const rig = box();
    const session = liveSession('s', rig.wallMs + (changes.openMs ?? 0), { untilMs: rig.wallMs + (changes.untilMs ?? 10 * minuteMs) });
    for (let i = 0; i < 5; i += 1) offer(rig, session, meta);
    expect(words(rig.facts)).toEqual([`s refused ${code}`]);
    expect(streams(rig)).toEqual([]);
  });

  it('of an open session under another key is refused; the first key stays', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    offer(rig, session);
    offer(rig, { ...session, publicKey: `${'B'.repeat(43)}=` });
    expect(words(rig.facts)).toEqual(['s accepted', 's refused conflict']);
    expect(rig.state.kept.sessions.open[0]?.session.publicKey).toBe(session.publicKey);
  });

  it('before any policy is known is refused', () => {
    const rig = new Rig(8 * hourMs).boot();
    offer(rig, liveSession('s', rig.wallMs));
    expect(words(rig.facts)).toEqual(['s refused not-yet']);
  });

  it('beyond the sessions a box holds is refused, unless it comes from above', () => {
    const rig = box();
    for (const id of ['a', 'b', 'c', 'd', 'e']) offer(rig, liveSession(id, rig.wallMs));
    offer(rig, liveSession('tinh', rig.wallMs, { level: 'province' }));
    expect(words(rig.facts)).toEqual([
      'a accepted',
      'b accepted',
      'c accepted',
      'd accepted',
      'e refused over-budget',
      'd ended',
      'tinh accepted',
    ]);
  });
});

describe('a closing', () => {
  it('ends the session for good: its opening may come again and changes nothing', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    offer(rig, session);
    rig.pass(1_000);
    offer(rig, { ...session, state: 'closed' });
    rig.pass(1_000);
    offer(rig, session);
    rig.pass(5_000);
    expect(words(rig.facts)).toEqual(['s accepted', 's ended']);
    expect(streams(rig)).toEqual(['open s', 'close s']);
    expect(rig.facts.filter((fact) => fact.kind === 'receipt')).toMatchObject([
      { receipt: { occurrence: 's@main', what: 'live', outcome: 'missed' } },
    ]);
  });

  it('that comes before its opening keeps it shut', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    offer(rig, { ...session, state: 'closed' });
    offer(rig, session);
    expect(words(rig.facts)).toEqual([]);
    expect(streams(rig)).toEqual([]);
  });

  it('by another centre counts only from no lower a level', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    offer(rig, session);
    offer(rig, { ...session, state: 'closed', level: 'hamlet' }, { iss: 'thon' });
    expect(words(rig.facts)).toEqual(['s accepted', 's refused not-allowed']);
    offer(rig, { ...session, state: 'closed', level: 'province' }, { iss: 'tinh' });
    expect(words(rig.facts).at(-1)).toBe('s ended');
  });

  it('lets the words on their way be heard', () => {
    const rig = box();
    const session = liveSession('s', rig.wallMs);
    offer(rig, session);
    rig.tell({ is: 'liveReceiving', session: 's', receiving: true });
    offer(rig, { ...session, state: 'closed' });
    expect(words(rig.facts)).toEqual(['s accepted']);
    rig.pass(session.delayMs + 1);
    expect(words(rig.facts)).toEqual(['s accepted', 's ended']);
  });
});

describe('an open session', () => {
  it('whose stream never can be heard ends with the reason', () => {
    const rig = box();
    offer(rig, liveSession('s', rig.wallMs));
    rig.tell({
      is: 'liveReceiving',
      session: 's',
      receiving: false,
      problem: { code: 'driver-missing', path: '', detail: 'opus-decoder' },
    });
    rig.pass(1_000);
    expect(words(rig.facts)).toEqual(['s accepted', 's refused driver-missing', 's ended']);
    expect(rig.facts.filter((fact) => fact.kind === 'receipt')).toMatchObject([
      { receipt: { outcome: 'failed', reason: 'decoder-failed' } },
    ]);
  });

  it('without a stream keeps the amplifier warm for a moment only', () => {
    const rig = box();
    offer(rig, liveSession('s', rig.wallMs));
    const [on] = rig.actions.filter((action) => action.do === 'switchAmplifier');
    expect(on).toMatchObject({ on: true });
    rig.tell({ is: 'amplifierSwitched', output: 'main', attempt: on && 'attempt' in on ? on.attempt : 0, on: true });
    for (let i = 0; i < 20; i += 1) rig.pass(1_000);
    expect(rig.actions.filter((action) => action.do === 'switchAmplifier').at(-1)).toMatchObject({ on: false });
  });

  it('tells nothing of a stream that nobody asked for', () => {
    const rig = box();
    rig.tell({ is: 'liveReceiving', session: 'unknown', receiving: true });
    expect(words(rig.facts)).toEqual([]);
    expect(rig.actions.filter((action) => action.do === 'play')).toEqual([]);
  });

  it('stands above an exercise and below an order in earnest', () => {
    const rig = box();
    offer(rig, liveSession('s', rig.wallMs, { level: 'hamlet' }));
    rig.tell({ is: 'liveReceiving', session: 's', receiving: true });
    const [on] = rig.actions.filter((action) => action.do === 'switchAmplifier');
    rig.tell({ is: 'amplifierSwitched', output: 'main', attempt: on && 'attempt' in on ? on.attempt : 0, on: true });
    rig.pass(600);
    rig.tell({ is: 'orderOffered', opened: opened('drill', rig.wallMs), order: order({ class: 'exercise' }), inline: [] });
    rig.tell({ is: 'orderOffered', opened: opened('flood', rig.wallMs + 1), order: order(), inline: [] });
    expect(rig.actions.flatMap((action) => (action.do === 'play' ? [action.slot] : []))).toEqual(['live', 'emergency']);
    expect(rig.actions.filter((action) => action.do === 'play').at(-1)).toMatchObject({ sound: { id: 'flood' } });
  });
});
