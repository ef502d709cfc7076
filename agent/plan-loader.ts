// From a want to a plan: every part read from the cache, checked against its hash and shape; all or none.
import { readFile } from 'node:fs/promises';
import { sha256 } from '../hardware/host/crypto.ts';
import { LocalOrders } from '../schemas/local-orders.ts';
import { parseJson } from '../schemas/parse.ts';
import { Paths } from '../schemas/paths.ts';
import { Policy } from '../schemas/policy.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { ReleaseOffer } from '../schemas/release.ts';
import { SchedulePart } from '../schemas/schedule.ts';
import { BoxSettings, defaultBoxSettings } from '../schemas/settings.ts';
import { OrderAudio, type Part, type Plan, partBytesMax, type Want } from '../schemas/want.ts';

/** Several `schedules` parts (own, shared) count as one; settings may be absent, a policy may not: without rules nothing plays. */
export async function loadPlan(want: Want, pathOf: (sha256: string) => string | undefined): Promise<Result<Plan>> {
  let settings: BoxSettings = defaultBoxSettings;
  let policy: Policy | undefined;
  let paths: Paths | undefined;
  let localOrders: LocalOrders | undefined;
  let orderAudio: OrderAudio | undefined;
  let release: ReleaseOffer | undefined;
  const schedules: { [K in keyof SchedulePart]: SchedulePart[K] } = { programmes: [], schedules: [], holidays: [], localOrder: [] };
  for (const [index, part] of want.parts.entries()) {
    const text = await readPart(part, pathOf);
    const read = text.ok ? parsePart(part, text.value) : text;
    if (!read.ok) return bad(read.problem.code, read.problem.detail, `/parts/${index}${read.problem.path}`);
    if (read.value.settings) settings = read.value.settings;
    if (read.value.policy) policy = read.value.policy;
    if (read.value.paths) paths = read.value.paths;
    if (read.value.localOrders) localOrders = read.value.localOrders;
    if (read.value.orderAudio) orderAudio = read.value.orderAudio;
    if (read.value.release) release = read.value.release;
    const more = read.value.schedules;
    if (!more) continue;
    schedules.programmes = [...schedules.programmes, ...more.programmes];
    schedules.schedules = [...schedules.schedules, ...more.schedules];
    schedules.holidays = [...schedules.holidays, ...more.holidays];
    schedules.localOrder = [...schedules.localOrder, ...more.localOrder];
  }
  if (!policy) return bad('bad-input', 'a want needs a policy part', '/parts');
  const more = {
    ...(paths && { paths }),
    ...(localOrders && { localOrders }),
    ...(orderAudio && { orderAudio }),
    ...(release && { release }),
  };
  return ok({ rev: want.rev, settings, policy, schedules, ...more });
}

async function readPart(part: Part, pathOf: (sha256: string) => string | undefined): Promise<Result<string>> {
  const path = pathOf(part.sha256);
  if (!path) return bad('not-cached', `part ${part.kind} ${part.sha256} is not here`);
  try {
    const bytes = await readFile(path);
    if (bytes.length !== part.bytes || sha256(bytes) !== part.sha256) return bad('hash-mismatch', `part ${part.kind} ${part.sha256}`);
    return ok(bytes.toString('utf8'));
  } catch (error) {
    return bad('not-cached', `part ${part.kind}: ${(error as Error).message}`);
  }
}

export interface ReadPart {
  readonly settings?: BoxSettings;
  readonly policy?: Policy;
  readonly schedules?: SchedulePart;
  readonly paths?: Paths;
  readonly localOrders?: LocalOrders;
  readonly orderAudio?: OrderAudio;
  readonly release?: ReleaseOffer;
}

export function parsePart(part: Part, text: string): Result<ReadPart> {
  switch (part.kind) {
    case 'settings':
      return named('settings', parseJson(BoxSettings, text, partBytesMax));
    case 'policy':
      return named('policy', parseJson(Policy, text, partBytesMax));
    case 'schedules':
      return named('schedules', parseJson(SchedulePart, text, partBytesMax));
    case 'paths':
      return named('paths', parseJson(Paths, text, partBytesMax));
    case 'localOrders':
      return named('localOrders', parseJson(LocalOrders, text, partBytesMax));
    case 'orderAudio':
      return named('orderAudio', parseJson(OrderAudio, text, partBytesMax));
    case 'release':
      return named('release', parseJson(ReleaseOffer, text, partBytesMax));
    default:
      return part.kind satisfies never;
  }
}

function named<T>(name: keyof ReadPart, read: Result<T>): Result<ReadPart> {
  return read.ok ? ok({ [name]: read.value }) : read;
}
