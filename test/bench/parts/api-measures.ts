// The ten hottest reads of a console, a year's reports, an order's commit meanwhile, and one change that ten thousand boxes follow.
import { password } from '../../controller/built-centre.ts';
import { percentile } from './percentiles.ts';
import { boxId, everybody, province, type Size } from './province.ts';

const dayMs = 86_400_000;
const timesEach = 100;
const [calmTimes, calmMs, settleWithinMs] = [100, 40, 120_000];
const yearReports = ['minutes', 'schedule-kept', 'breaches'];

interface Timed {
  readonly ms: number;
  readonly bytes: number;
  readonly status: number;
  readonly body: string;
}

type Ask = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<Timed>;

async function signIn(base: string): Promise<Ask> {
  const answer = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'tat-ca', password }),
  });
  const { csrf } = (await answer.json()) as { csrf: string };
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return async (method, path, body) => {
    const beganMs = performance.now();
    const headers = { cookie, 'x-loa-csrf': csrf, ...(body && { 'content-type': 'application/json' }) };
    const asked = await fetch(`${base}/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await asked.text();
    return { ms: performance.now() - beganMs, bytes: text.length, status: asked.status, body: text };
  };
}

/** What the console asks, by route; a number for each time it is asked. */
function reads({ boxes, audit }: Size): Readonly<Record<string, (at: number) => string>> {
  const box = (at: number) => boxId((at * 7_919) % boxes);
  const nowMs = Date.now();
  return {
    'GET /boxes': () => '/boxes',
    'GET /boxes/:id': (at) => `/boxes/${box(at)}`,
    'GET /faults': () => '/faults',
    'GET /faults?state=all': () => '/faults?state=all&limit=100',
    'GET /log?box': (at) => `/log?box=${box(at)}&limit=100`,
    'GET /receipts': () => '/receipts?limit=100',
    'GET /receipts?box': (at) => `/receipts?box=${box(at)}&limit=100`,
    'GET /orders': () => '/orders',
    'GET /showings?box': (at) => `/showings?box=${boxId(at % 500)}`,
    'GET /reports/minutes (a month)': () => `/reports/minutes?fromMs=${nowMs - 30 * dayMs}&toMs=${nowMs}&area=${province}/2001`,
    'GET /explain': (at) => `/explain?box=${box(at)}`,
    'GET /timeline': (at) => `/timeline?box=${box(at)}&fromMs=${nowMs}&toMs=${nowMs + dayMs}`,
    'GET /audit': (at) => `/audit?after=${Buffer.from(`[${(at * 997) % audit}]`).toString('base64url')}&limit=100`,
    'GET /programmes': () => '/programmes',
    'GET /schedules': () => '/schedules',
    'GET /units': () => '/units',
    'GET /duty': () => '/duty',
  };
}

export async function measureApi(base: string, size: Size, tell: (text: string) => void): Promise<object> {
  const ask = await signIn(base);
  await settled(ask, tell);
  const routes: Record<string, object> = {};
  let worst = { route: '', p99Ms: 0 };
  for (const [route, pathOf] of Object.entries(reads(size))) {
    const limited = route.includes('reports') ? 20 : route.includes('showings') ? 50 : timesEach;
    const first = await must(ask('GET', pathOf(0)), route);
    const times: number[] = [];
    for (let at = 1; at <= limited; at++) times.push((await must(ask('GET', pathOf(at)), route)).ms);
    const p99Ms = percentile(times, 0.99);
    routes[route] = { p50Ms: percentile(times, 0.5), p99Ms, firstMs: Math.round(first.ms), bytes: first.bytes };
    tell(`${route}: ${JSON.stringify(routes[route])}`);
    if (p99Ms > worst.p99Ms) worst = { route, p99Ms };
  }
  const year = await measureYear(ask, tell);
  const wants10kSignedMs = await measureWants(ask, tell);
  return { p99Ms: worst.p99Ms, worstRoute: worst.route, ...year, wants10kSignedMs, routes };
}

async function must(asked: Promise<Timed>, what: string): Promise<Timed> {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.body.slice(0, 300)}`);
  return answer;
}

/** After its start a centre prepares voices and signs what changed by them; figures are of one that runs. */
async function settled(ask: Ask, tell: (text: string) => void): Promise<void> {
  const beganMs = performance.now();
  for (let calm = 0; calm < calmTimes && performance.now() - beganMs < settleWithinMs; ) {
    calm = (await ask('GET', '/groups')).ms < calmMs ? calm + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  tell(`settled after ${Math.round(performance.now() - beganMs)} ms`);
}

/** An exercise is given again and again while a report of the year is made. */
async function measureYear(ask: Ask, tell: (text: string) => void): Promise<object> {
  const toMs = Date.now();
  const order = { template: 'lu-quet', groups: ['thon-3'], class: 'exercise', confirm: true, password };
  const give = async () => {
    const given = await must(ask('POST', '/orders', order), 'order');
    await must(ask('POST', `/orders/${(JSON.parse(given.body) as { id: string }).id}/clear`, {}), 'clear');
    return given.ms;
  };
  const alone: number[] = [];
  for (let at = 0; at < 4; at++) alone.push(await give());
  const [reports, during]: [Record<string, number>, number[]] = [{}, []];
  for (const id of yearReports) {
    const running = { is: true };
    const path = `/reports/${id}?fromMs=${toMs - 365 * dayMs}&toMs=${toMs}`;
    const made = ask('GET', path).finally(() => {
      running.is = false;
    });
    for (let at = 0; at < 5 && (at === 0 || running.is); at++) during.push(await give());
    const { ms, status, body } = await made;
    reports[id] = Math.round(ms);
    if (status !== 200) tell(`${id}: ${status} ${body.slice(0, 200)}`);
    if (status !== 200) reports[id] = Number.NaN;
  }
  const result = {
    reportYearMs: Math.max(...Object.values(reports)),
    yearReports: reports,
    orderCommitMs: Math.round(Math.max(...alone)),
    orderCommitDuringReportMs: Math.round(Math.max(...during)),
    ordersDuringReports: during.length,
  };
  tell(JSON.stringify(result));
  return result;
}

/** A schedule of everybody's: answered when ten thousand wants are signed, stored and published. */
async function measureWants(ask: Ask, tell: (text: string) => void): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < 3; at++) {
    const wish = { programme: 'ct-1', groups: [everybody], start: `2027010${at + 1}T170000`, zone: 'Asia/Ho_Chi_Minh' };
    const made = await must(ask('POST', '/schedules', wish), 'schedule');
    times.push(made.ms);
    await must(ask('DELETE', `/schedules/${(JSON.parse(made.body) as { id: string }).id}`), 'schedule');
  }
  tell(`wants signed: ${times.map(Math.round).join(' ')} ms`);
  return Math.round(Math.max(...times));
}
