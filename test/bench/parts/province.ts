// A province in the tables: a tree of units, ten thousand boxes, a year of receipts, rows, faults, orders and audit. Written in bulk.
import type { Database } from '../../../hardware/host/sqlite.ts';
import { defaultBoxSettings } from '../../../schemas/settings.ts';
import { openPolicy, password } from '../../controller/built-centre.ts';
import { hex, pour, type Row } from './pour.ts';
import { fillAudit, fillContent, programmes, schedules } from './province-content.ts';

export interface Size {
  readonly boxes: number;
  readonly receipts: number;
  readonly rows: number;
  readonly audit: number;
  readonly faults: number;
  readonly orders: number;
  readonly showings: number;
}

export const fullSize: Size = {
  ...{ boxes: 10_000, receipts: 1_000_000, rows: 200_000, audit: 50_000, faults: 5_000, orders: 300, showings: 50_000 },
};

const dayMs = 86_400_000;
const boxesOfHamlet = 10;
const hamletsOfCommune = 20;
/** Orders to every box, each told of by every box; the others are of one commune. */
const wholeOrders = 5;
export const province = '08';
export const everybody = 'toan-tinh';

const communeOf = (box: number) => Math.floor(box / (boxesOfHamlet * hamletsOfCommune));
const hamletOf = (box: number) => Math.floor(box / boxesOfHamlet);
export const boxId = (box: number) => `hop-${String(box).padStart(5, '0')}`;
const communeCode = (commune: number) => `${2_000 + commune}`;
const areaOf = (box: number) => `${province}/${communeCode(communeOf(box))}/thon-${hamletOf(box)}`;

export function provinceSeed({ boxes }: Size): object {
  const communes = communeOf(boxes - 1) + 1;
  const top = { id: 'tinh', parent: null, kind: 'tinh', name: 'Tỉnh', code: null, level: 'province', area: province };
  const units = Array.from({ length: communes }, (_, at) => {
    return {
      id: `xa-${at}`,
      parent: 'tinh',
      kind: 'xa',
      name: `Xã ${at}`,
      code: null,
      level: 'commune',
      area: `${province}/${communeCode(at)}`,
    };
  });
  const hamlets = Array.from({ length: hamletOf(boxes - 1) + 1 }, (_, at) => {
    const commune = Math.floor(at / hamletsOfCommune);
    return {
      id: `thon-${at}`,
      parent: `xa-${commune}`,
      kind: 'thon',
      name: `Thôn ${at}`,
      code: null,
      level: 'hamlet',
      area: areaOf(at * boxesOfHamlet),
    };
  });
  const roles = ['author', 'approver', 'scheduler', 'duty', 'technician', 'leader', 'auditor', 'administrator'];
  return {
    demo: false,
    centre: { id: 'tinh-08', name: 'Tỉnh', level: 'province', area: province, zone: 'Asia/Ho_Chi_Minh' },
    accounts: [{ account: 'tat-ca', title: 'Tất cả', roles, password }],
    groups: [{ id: everybody, name: 'Toàn tỉnh' }],
    units: [top, ...units, ...hamlets],
    policy: openPolicy,
    signIn: { factorRoles: [] },
  };
}

const health = { state: 'ok', reasons: [] };
const report = (box: number) => ({
  ...{
    rev: 7,
    boot: 'boot-1',
    version: '1.0.0',
    hardware: { audioOut: 'USB Audio', board: 'arm64', display: 'none' },
    wantRev: 3,
    offeredRev: 3,
  },
  ...{
    clock: 'signed',
    outputs: [{ id: 'main', sounding: null, amplifier: 'off', next: { occurrence: `lich-${box % schedules}@1@main`, startMs: 1 } }],
  },
  ...{ cache: { bytes: 12_000_000, missing: 0 }, outbox: { epoch: 'e-1', low: 1, high: 400 }, health },
});
const telemetry = (atMs: number) => ({
  atMs,
  clock: 'signed',
  upMs: 1e7,
  rssBytes: 6e7,
  diskFreeBytes: 9e9,
  load1: 0.2,
  temperatureC: 51,
  health,
});

export async function fillProvince(database: Database, size: Size, nowMs: number): Promise<void> {
  await fillBoxes(database, size.boxes, nowMs);
  await fillPlays(database, size, nowMs);
  await fillHappenings(database, size, nowMs);
  await fillContent(database, everybody, nowMs);
  await fillAudit(database, { rows: size.audit, subjectOf: (at) => boxId(at % size.boxes) }, nowMs);
}

/** Not enrolled: nobody is connected here, and ten thousand faults that say so would be another bench. */
export async function fillBoxes(database: Database, boxes: number, nowMs: number): Promise<void> {
  await pour(database, 'boxes', ['id', 'created_ms', 'body', 'enrolled_ms', 'signing_key', 'certificate'], boxes, (box) => {
    const groups = [everybody, `xa-${communeOf(box)}`, `thon-${hamletOf(box)}`];
    const body = { name: `Cụm loa ${box}`, area: areaOf(box), groups, settings: defaultBoxSettings };
    return [boxId(box), nowMs - 400 * dayMs, JSON.stringify(body), null, null, null];
  });
  await pour(database, 'seen', ['dev', 'last_ms', 'presence', 'report', 'telemetry'], boxes, (box) => {
    return [boxId(box), nowMs - 60_000, null, JSON.stringify(report(box)), JSON.stringify(telemetry(nowMs - 60_000))];
  });
}

async function fillPlays(database: Database, size: Size, nowMs: number): Promise<void> {
  const perBox = size.receipts / size.boxes;
  const columns = ['dev', 'occurrence', 'planned_ms', 'body', 'received_ms', ...receiptColumns];
  await pour(database, 'receipts', columns, size.receipts, (at) => {
    const [box, turn] = [Math.floor(at / perBox), at % perBox];
    const plannedMs = Math.floor(nowMs - 365 * dayMs + (turn * 365 * dayMs) / perBox + (box % 3_600) * 1_000);
    const schedule = `lich-${(box + turn) % schedules}`;
    const outcome = turn % 20 === 3 ? 'missed' : turn % 50 === 7 ? 'refused-by-policy' : 'played';
    const body = {
      ...{
        occurrence: `${schedule}@${plannedMs}@main`,
        what: 'occurrence',
        schedule,
        programme: `ct-${(box + turn) % programmes}`,
        output: 'main',
      },
      ...{ class: turn % 10 === 0 ? 'priority' : 'normal', outcome, ...(outcome === 'refused-by-policy' && { reason: 'quiet-hours' }) },
      ...{ plannedStartMs: plannedMs, plannedEndMs: plannedMs + 600_000, startedMs: plannedMs + 3, endedMs: plannedMs + 600_003 },
      ...{
        audibleMs: outcome === 'played' ? 600_000 : 0,
        items: [hex(`tin-${turn}`)],
        gainDb: 0,
        proof: 'relay',
        startErrorMs: 3,
        clock: 'signed',
      },
    };
    return [boxId(box), body.occurrence, plannedMs, JSON.stringify(body), plannedMs + 601_000, ...receiptCells(body)];
  });
  await pour(database, 'showings', ['dev', 'id', 'from_ms', 'until_ms', 'body', 'received_ms'], size.showings, (at) => {
    const box = at % 500;
    const fromMs = nowMs - Math.floor((at * 60 * dayMs) / size.showings);
    const line = {
      sha256: hex('trang'),
      times: 6,
      plannedMs: 180_000,
      shownMs: 180_000,
      firstMs: fromMs,
      lastMs: fromMs + 3e6,
      frames: 9,
      ends: { completed: 6 },
      evidence: 'seen',
      share: 1,
    };
    const body = {
      id: `h-${at}`,
      output: 'main',
      what: 'occurrence',
      plannedFromMs: fromMs,
      plannedUntilMs: fromMs + 3_600_000,
      lines: [line],
    };
    return [boxId(box), `h-${at}`, fromMs, fromMs + 3_600_000, JSON.stringify(body), fromMs + 3_700_000];
  });
}

const receiptColumns = ['what', 'class', 'programme', 'outcome', 'reason', 'proof', 'lasts_ms', 'audible_ms'];
type Play = Readonly<Record<'what' | 'class' | 'programme' | 'outcome' | 'proof', string>> & {
  readonly reason?: string;
  readonly audibleMs: number;
};
function receiptCells({ what, class: tier, programme, outcome, reason = '', proof, audibleMs }: Play): Row {
  return [what, tier, programme, outcome, reason || null, proof, 600_000, audibleMs];
}

async function fillHappenings(database: Database, size: Size, nowMs: number): Promise<void> {
  const columns = ['dev', 'epoch', 'seq', 'hash', 'kind', 'at_ms', 'received_ms', 'entry'];
  const perBox = size.rows / size.boxes;
  await pour(database, 'log_rows', columns, size.rows, (at) => {
    const [box, seq] = [Math.floor(at / perBox), (at % perBox) + 1];
    const atMs = nowMs - 30 * dayMs + Math.floor((seq * 30 * dayMs) / perBox) - box;
    const kind = seq % 5 === 0 ? 'command' : 'act';
    const entry = JSON.stringify({ boot: 'boot-1', atMs, monoMs: 1, clock: 'signed', fact: { kind: 'act', act: 'tone', detail: 'thử' } });
    return [boxId(box), 'e-1', seq, hex(`${box} ${seq}`), kind, atMs, atMs + 900, entry];
  });
  await pour(database, 'faults', ['id', 'box', 'opened_ms', 'ended_ms', 'open', 'resolved_ms', 'body'], size.faults, (at) => {
    const box = (at * 7) % size.boxes;
    const openedMs = nowMs - Math.floor((at * 365 * dayMs) / size.faults);
    const open = at < 300;
    // The desk ends what no box says any more: an alarm that nobody answered stays open all the same.
    const endedMs = openedMs + 7_200_000;
    const done = open ? {} : { answeredBy: 'tat-ca', answeredMs: openedMs, resolvedBy: 'tat-ca', resolvedMs: endedMs };
    const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
    const body = {
      id: `f-${at}`,
      box: boxId(box),
      reason: 'hot',
      openedMs,
      standingMs: openedMs + 1,
      endedMs,
      times: 1,
      ...nobody,
      ...done,
    };
    return [body.id, body.box, openedMs, endedMs, open ? 1 : 0, open ? null : endedMs, JSON.stringify(body)];
  });
  await fillOrders(database, size, nowMs);
}

async function fillOrders(database: Database, size: Size, nowMs: number): Promise<void> {
  const all = Array.from({ length: size.boxes }, (_, box) => boxId(box));
  const whole = (at: number) => at % Math.ceil(size.orders / wholeOrders) === 0;
  const speech = [{ language: 'vi', speak: 'Lũ quét. Rời khỏi ven suối ngay.' }];
  const screen = { title: 'Lũ quét', text: 'Rời khỏi ven suối' };
  const order = {
    class: 'exercise',
    hazard: 'flash-flood',
    level: 'province',
    area: province,
    siren: 'exercise',
    speech,
    screen,
    repeat: { times: 2, gapMs: 1_000 },
  };
  const boxesOf = (at: number) => (whole(at) ? all : all.slice((at % 50) * 200, (at % 50) * 200 + 200));
  for (let at = 0; at < size.orders; at++) {
    const givenMs = nowMs - (at + 1) * dayMs;
    const groups = whole(at) ? [everybody] : [`xa-${at % 50}`];
    const body = JSON.stringify({ order, template: 'lu-quet', groups, boxes: boxesOf(at), by: 'tat-ca' });
    const sql = 'INSERT INTO orders (id, given_ms, body, exp_ms, cleared_ms) VALUES (?, ?, ?, ?, ?)';
    await database.write([{ sql, params: [`order-${at}`, givenMs, body, givenMs + 900_000, givenMs + 600_000] }]);
    const told = boxesOf(at).flatMap((dev) =>
      ['accepted', 'sounding', 'cleared'].map((state, step) => [`order-${at}`, dev, state, givenMs + step * 1_000] as const),
    );
    await pour(database, 'order_progress', ['ord', 'dev', 'state', 'at_ms'], told.length, (one) => told[one] ?? []);
  }
}
