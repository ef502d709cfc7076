// A centre with officers, a gateway key and sources of alerts, and the mandates they sign; the gateway process is the real one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialise } from '../../controller/init.ts';
import { capSender } from './alert-messages.ts';
import { type Asker, type BuiltCentre, frameIn, makeCentre, must, seedOf, startMs, statementIn } from './built-centre.ts';
import { gatewayKeyOf, installOfficers, OfficerDevice, pin } from './officer-device.ts';

export const devices = [new OfficerDevice('truc-ban'), new OfficerDevice('truc-ban-2')] as const;

export const capSource = {
  id: 'tinh',
  title: 'Đài khí tượng tỉnh',
  kind: 'folder',
  trust: 'auto',
  senders: [capSender],
  exercises: true,
  events: [{ event: 'Lũ quét', template: 'lu-quet' }],
  places: [{ area: '08/02536', groups: ['thon-1'], codes: ['VN-xa=02536'] }],
};

export const gauge = {
  id: 'tram-mua',
  title: 'Trạm đo mưa suối Trong',
  kind: 'webhook',
  trust: 'auto',
  events: [{ event: 'flash-flood', template: 'lu-quet' }],
  places: [{ area: '08/02536', groups: ['thon-1'] }],
  secret: 'mot-khoa-dai-hon-ba-muoi-hai-ky-tu',
};

export interface AlertBed {
  readonly built: BuiltCentre;
  readonly admin: Asker;
  readonly duty: Asker;
  readonly second: Asker;
  /** Orders of the group now, by class. */
  standing(): { readonly id: string; readonly class: string; readonly by: string }[];
  stop(): Promise<void>;
}

export async function openAlertBed(changes: object = {}, withKey = true, atMs?: number): Promise<AlertBed> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-alerts-'));
  must(await initialise(dir, seedOf(changes), startMs));
  const gateway = withKey ? { gateway: await gatewayKeyOf(dir) } : {};
  must(await installOfficers(dir, devices, startMs, gateway));
  const built = await makeCentre({}, dir);
  if (atMs !== undefined) built.clock.nowMs = atMs;
  const [admin, duty, second] = [await built.as('quan-tri'), await built.as('truc-ban'), await built.as('truc-ban-2')];
  return {
    built,
    admin,
    duty,
    second,
    standing: () => ['order', 'drill'].flatMap((word) => standingOf(built, word)),
    stop: async () => {
      await built.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function standingOf(built: BuiltCentre, word: string): { id: string; class: string; by: string }[] {
  const frame = built.lastRetained(`loa/1/g/thon-1/${word}`);
  if (!frame || frame.payload.length === 0) return [];
  return frameIn(frame.payload)
    .envelopes.map(statementIn)
    .filter(({ typ }) => typ !== 'clear')
    .map(({ id, body }) => ({ id, class: body.class, by: body.authority?.by ?? 'nobody' }));
}

export async function addSource(bed: AlertBed, source: { readonly id: string }): Promise<void> {
  const added = await bed.admin('PUT', `/alert-sources/${source.id}`, source);
  if (added.status !== 200) throw new Error(JSON.stringify(added.body));
}

export const mandateWish = (nowMs: number, changes: object = {}) => ({
  feed: 'tinh',
  templates: ['lu-quet'],
  areas: ['08/02536'],
  perHour: 3,
  maxMs: 900_000,
  untilMs: nowMs + 30 * 24 * 3600_000,
  ...changes,
});

/** Prepared by one officer, signed by two on shift; answers its id. */
export async function putMandateInForce(bed: AlertBed, changes: object = {}): Promise<string> {
  await beginShifts(bed);
  const prepared = await bed.duty('POST', '/mandates', mandateWish(bed.built.clock.nowMs, changes));
  if (prepared.status !== 201) throw new Error(JSON.stringify(prepared.body));
  for (const [ask, device] of [[bed.duty, devices[0]] as const, [bed.second, devices[1]] as const]) {
    const signed = await ask('POST', `/mandates/${prepared.body.id}/sign`, signature(device, prepared.body));
    if (signed.status !== 200) throw new Error(JSON.stringify(signed.body));
  }
  return prepared.body.id;
}

export async function beginShifts(bed: AlertBed): Promise<void> {
  await devices[0].beginShift(bed.duty);
  await devices[1].beginShift(bed.second);
}

/** One officer's signature and PIN, as a browser sends them. */
export function signature(device: OfficerDevice, mandate: { readonly payloadType: string; readonly statement: string }) {
  const { keyid, sig } = device.sign(mandate);
  return { keyid, sig, pin };
}
