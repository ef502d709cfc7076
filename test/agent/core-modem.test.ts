// Modem, SIM, data and the board itself: tables of the faults they lead to, and when these end.
import { describe, expect, test } from 'vitest';
import { machineTroubles } from '../../agent/core/machine.ts';
import { modemTrouble } from '../../agent/core/modem.ts';
import type { ModemSeen } from '../../agent/core/wired.ts';
import { faultKinds } from '../../schemas/faults.ts';
import { hardwareReasons, type Readings } from '../../schemas/readings.ts';
import { hourMs, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const well: ModemSeen = { line: 'answers', sim: 'ready', registration: 'home', operator: 'Viettel', signalDbm: -91 };
const faults = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : []));
const sees = (rig: Rig, changes: Partial<ModemSeen> = {}) => rig.tell({ is: 'modemSeen', modem: { ...well, ...changes } });

test.each<[string, Partial<ModemSeen>, boolean, string | null]>([
  ['all is well', {}, false, null],
  ['roaming is well', { registration: 'roaming' }, false, null],
  ['no port', { line: 'gone', sim: 'unknown' }, false, 'modem-gone'],
  ['no answer', { line: 'silent', sim: 'unknown' }, false, 'modem-silent'],
  ['no card', { sim: 'missing', registration: 'none' }, false, 'sim-missing'],
  ['a card that asks', { sim: 'pin', registration: 'none' }, false, 'sim-pin'],
  ['a locked card', { sim: 'puk' }, false, 'sim-locked'],
  ['a broken card', { sim: 'failed' }, false, 'sim-failed'],
  ['a card that starts', { sim: 'unknown', registration: 'none' }, false, null],
  ['no network', { registration: 'searching', signalDbm: -120 }, false, 'modem-unregistered'],
  ['refused by the network', { registration: 'denied' }, false, 'modem-unregistered'],
  ['weak', { signalDbm: -116 }, false, 'modem-weak'],
  ['not weak yet', { signalDbm: -115 }, false, null],
  ['weak still', { signalDbm: -111 }, true, 'modem-weak'],
  ['well again', { signalDbm: -110 }, true, null],
  ['a signal nobody knows', { signalDbm: null }, true, null],
])('%s', (_, changes, wasWeak, fault) => {
  expect(modemTrouble({ ...well, ...changes }, wasWeak)?.fault ?? null).toBe(fault);
});

test('every fault of the hardware says what it means and what to do next, in both languages', () => {
  for (const reason of hardwareReasons) {
    const { vi, en, nextVi, nextEn } = faultKinds[reason];
    for (const words of [vi, en, nextVi, nextEn]) expect(words.length).toBeGreaterThan(5);
    expect(vi).not.toBe(en);
  }
});

describe('on the box', () => {
  const rigUp = () => {
    const rig = new Rig(12 * hourMs).bootWith(plan(1));
    rig.tell({ is: 'linkChanged', up: true });
    const sample = { upMs: 1, rssBytes: 1, diskFreeBytes: 1e10, load1: 0, temperatureC: 40 };
    rig.tell({ is: 'healthSampled', sample });
    return rig;
  };

  test('a SIM that is lost is a fault within ten seconds, told at once, and ended when it is back', () => {
    const rig = rigUp();
    sees(rig);
    sees(rig, { sim: 'missing', registration: 'none' });
    rig.pass(4_999);
    expect(faults(rig)).toEqual([]);
    rig.pass(5_001);
    expect(faults(rig)).toEqual(['sim-missing raised']);
    expect(rig.lastOf('publishTelemetry')?.telemetry).toMatchObject({
      sim: 'missing',
      health: { reasons: expect.arrayContaining(['sim-missing']) },
    });
    sees(rig);
    expect(faults(rig)).toEqual(['sim-missing raised', 'sim-missing ended']);
  });

  test('a cable that is moved for a moment is no fault, and one cause is told, not what follows from it', () => {
    const rig = rigUp();
    sees(rig, { line: 'gone', sim: 'unknown', registration: 'unknown', signalDbm: null });
    rig.pass(4_000);
    sees(rig);
    rig.pass(20_000);
    expect(faults(rig)).toEqual([]);
    sees(rig, { sim: 'missing', registration: 'none' });
    rig.pass(6_000);
    sees(rig, { line: 'gone', sim: 'unknown', registration: 'unknown', signalDbm: null });
    rig.pass(6_000);
    expect(faults(rig)).toEqual(['sim-missing raised', 'sim-missing ended', 'modem-gone raised']);
  });

  test('a month’s budget is told when four fifths are used, and ends with the month', () => {
    const rig = rigUp();
    const traffic = (monthBytes: number) => rig.tell({ is: 'trafficSeen', monthBytes, budgetBytes: 100e6 });
    traffic(79e6);
    expect(faults(rig)).toEqual([]);
    traffic(80e6);
    expect(faults(rig)).toEqual(['data-budget raised']);
    traffic(1_000);
    expect(faults(rig)).toEqual(['data-budget raised', 'data-budget ended']);
    rig.tell({ is: 'trafficSeen', monthBytes: 9e9, budgetBytes: null });
    expect(faults(rig)).toHaveLength(2);
  });

  test('readings go out with telemetry, each in its unit, and none where there is no modem', () => {
    const rig = rigUp();
    rig.pass(300_000);
    expect(Object.keys(rig.lastOf('publishTelemetry')?.telemetry ?? {})).not.toContain('signalDbm');
    sees(rig);
    rig.tell({ is: 'trafficSeen', monthBytes: 5_000_000, budgetBytes: 100e6 });
    rig.pass(300_000);
    expect(rig.lastOf('publishTelemetry')?.telemetry).toMatchObject({
      sim: 'ready',
      registration: 'home',
      operator: 'Viettel',
      signalDbm: -91,
      dataMonthBytes: 5_000_000,
      dataBudgetBytes: 100_000_000,
    });
  });
});

test.each<[string, Readings, readonly string[]]>([
  ['nothing is told', {}, []],
  ['under-voltage now', { throttled: ['under-voltage'] }, ['under-voltage']],
  ['slowed', { throttled: ['frequency-capped', 'throttled'] }, ['throttled']],
  ['a card of 79 %', { diskWornPercent: 70 }, []],
  ['a card of 80 %', { diskWornPercent: 80 }, ['disk-worn']],
  ['40 MB free', { memoryFreeBytes: 40 * 2 ** 20 }, ['memory-low']],
  ['64 MB free', { memoryFreeBytes: 64 * 2 ** 20 }, []],
  ['a clock a second off', { clockOffsetMs: -1_001 }, ['clock-off']],
  ['a clock 3 ms off', { clockOffsetMs: 3 }, []],
])('the board: %s', (_, sample, names) => {
  expect(machineTroubles(sample).flatMap(({ fault, holds }) => (holds ? [fault] : []))).toEqual(names);
});
