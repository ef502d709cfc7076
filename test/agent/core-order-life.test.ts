// How long an accepted order lives, whatever the wall clock does; and when something proved that it was heard.
import { describe, expect, test } from 'vitest';
import { decide } from '../../agent/core/decide.ts';
import { hourMs, opened, order, plan, secondMs } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;

function rigWith(quality: Rig['quality'], lifeMs = 600 * secondMs): Rig {
  const rig = new Rig(noon).bootWith(plan(1));
  rig.quality = quality;
  const meta = opened('o-1', rig.wallMs, { iat: rig.wallMs, nbf: rig.wallMs, exp: rig.wallMs + lifeMs });
  rig.tell({ is: 'orderOffered', opened: meta, order: order({ times: 20 }), inline: [] });
  return rig;
}

const isActive = (rig: Rig) => rig.state.kept.orders.active.length === 1;
const passMono = (rig: Rig, ms: number) => {
  rig.monoMs += ms;
  return rig.tell({ is: 'timePassed' });
};

describe('an accepted order', () => {
  test.each([-10 * 365 * 24 * hourMs, 10 * 365 * 24 * hourMs, hourMs])('outlives a battery clock that steps by %d ms', (stepMs) => {
    const rig = rigWith('rtc');
    rig.wallMs += stepMs;
    rig.tell({ is: 'clockChanged' });
    expect(isActive(rig)).toBe(true);
    passMono(rig, 599 * secondMs);
    expect(isActive(rig)).toBe(true);
    passMono(rig, 2 * secondMs);
    expect(isActive(rig)).toBe(false);
  });

  test('is ended by signed time that proves it over', () => {
    const rig = rigWith('rtc');
    rig.quality = 'signed';
    rig.wallMs += hourMs;
    rig.tell({ is: 'clockChanged' });
    expect(isActive(rig)).toBe(false);
  });

  test('ends after its signed length though signed time goes back', () => {
    const rig = rigWith('signed');
    rig.wallMs -= 10 * hourMs;
    rig.tell({ is: 'clockChanged' });
    passMono(rig, 601 * secondMs);
    expect(isActive(rig)).toBe(false);
  });

  test('after a restart is judged anew by the clock there is', () => {
    const rig = rigWith('signed');
    const again = new Rig(noon);
    again.state = { ...again.state, kept: rig.state.kept };
    again.tell({ is: 'booted', boot: 'b2', version: '1' });
    expect(isActive(again)).toBe(true);
    again.wallMs += 601 * secondMs;
    again.tell({ is: 'timePassed' });
    expect(isActive(again)).toBe(false);
  });
});

test('a clock that runs ahead proves no expiry: only what is known to have passed does', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  const meta = opened('o-1', rig.wallMs, { exp: rig.wallMs + hourMs });
  const ahead = { wallMs: rig.wallMs + 10 * 365 * 24 * hourMs, monoMs: 2_000, quality: 'floor' as const };
  const offer = { is: 'orderOffered' as const, opened: meta, order: order(), inline: [] };
  const refused = (floorMs: number) => {
    const { facts } = decide({ ...ahead, floorMs }, rig.state, offer);
    return facts.some((fact) => fact.kind === 'order' && fact.state === 'refused');
  };
  expect(refused(rig.wallMs)).toBe(false);
  expect(refused(rig.wallMs + 2 * hourMs)).toBe(true);
});

test('heard is told once for an order, only of the attempt that plays it, and stands in its receipt', () => {
  const rig = rigWith('signed');
  rig.amplifierAnswers();
  rig.starts();
  const play = rig.lastOf('play');
  if (!play) throw new Error('nothing plays');
  const prove = (attempt: number) => rig.tell({ is: 'soundHeard', output: play.output, attempt, heard: 'yes', levelDb: -2 });
  const heard = () => rig.facts.filter((fact) => fact.kind === 'order' && fact.state === 'heard');
  prove(play.attempt + 1);
  expect(heard()).toEqual([]);
  prove(play.attempt);
  prove(play.attempt);
  expect(heard()).toMatchObject([{ order: 'o-1', proof: 'microphone' }]);
  const meta = opened('c-1', rig.wallMs + 1, { exp: rig.wallMs + hourMs });
  rig.pass(2_000);
  rig.tell({ is: 'clearOffered', opened: meta, clear: { ids: ['o-1'], level: 'commune', reason: '' } });
  expect(rig.facts.find((fact) => fact.kind === 'receipt')).toMatchObject({ receipt: { outcome: 'partial', heard: 'yes', heardDb: -2 } });
});

test('a disk that refuses is a fault until it takes again', () => {
  const rig = new Rig(noon).bootWith(plan(1));
  rig.tell({ is: 'troubleSeen', trouble: 'store', problem: { code: 'disk-full', path: '', detail: 'no space' } });
  rig.tell({ is: 'troubleSeen', trouble: 'store', problem: null });
  const faults = rig.facts.filter((fact) => fact.kind === 'fault' && fact.fault === 'store');
  expect(faults).toMatchObject([{ state: 'raised', detail: 'disk-full: no space' }, { state: 'ended' }]);
});
