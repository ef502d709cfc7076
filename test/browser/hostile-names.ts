// Trap names, planted wherever people, boxes and other systems can set one.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertAnswer } from '../../schemas/alerts.ts';
import type { BoxAnswer, ProgrammeAnswer } from '../../schemas/api.ts';
import type { OrderAnswer } from '../../schemas/order-api.ts';
import type { Presence, Report } from '../../schemas/report.ts';
import { capBytes, capSender } from '../controller/alert-messages.ts';
import { type District, group, password, run } from '../wire/district.ts';
import { MqttPeer } from '../wire/mqtt-peer.ts';
import { until } from '../wire/waiting.ts';

export const image = '<img src=x onerror=window.__x=1>';
export const traps = [
  image,
  '"><svg onload=window.__x=1>',
  'javascript:window.__x=1//',
  '$t(frame:demo) {{count}} {{t}}',
  '\u202Egnort iàb\u202C \u2067x\u2069',
  'Ấ'.repeat(190),
  "</script><script>window.__x=1</script>'",
] as const;
export const trap = (n: number) => traps[n % traps.length] ?? image;

const hamlet = (n: number) => ({ id: `bay-${n}`, parent: 'xa', kind: 'thon', name: trap(n), level: 'hamlet', area: `08/02536/bay-${n}` });
export const units = [
  { id: 'xa', parent: null, kind: 'xa', name: trap(1), code: '02536', level: 'commune', area: '08/02536' },
  ...traps.map((_, n) => hamlet(n)),
];

/** Boxes, accounts, tickets, sources, folders, bulletins, the register; a directive and a token. */
export async function plantWords({ author, approver }: District): Promise<void> {
  for (const [n, name] of traps.entries()) {
    const box = { id: `hop-${n}`, name, area: `08/02536/bay-${n}`, groups: [group], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    await approver.post('/boxes', box);
    await approver.post('/accounts', { account: `nguoi-${n}`, title: name, grants: [{ role: 'technician', area: '08/02536' }] });
    await approver.post('/tickets', { box: `hop-${n}`, title: name, note: name });
    const facts = { ...{ name, unit: `bay-${n}`, kind: 'cluster', technology: 'ip' }, ...{ pole: name, owner: name, note: name } };
    await approver.put(`/register/may-${n}`, { version: 0, facts });
    await author.post('/source-items', { unit: 'xa', content: { kind: 'notice', title: name, body: name } });
    await author.post('/folders', { unit: 'xa', name: `${name.slice(0, 60)} ${n}` });
    const item = await author.post<{ sha256: string }>('/bulletins', { title: name, text: name, durationMs: 20_000 });
    const made = await author.post<ProgrammeAnswer>('/programmes', {
      ...{ title: name, form: 'bulletin', tier: 'normal', items: [item.sha256] },
    });
    if (n % 2 === 0) await author.post(`/programmes/${made.id}/submit`);
  }
  await approver.post('/directives', { unit: 'xa', title: trap(0), body: trap(1), to: ['bay-0'], levels: ['hamlet'] });
  await approver.post('/tokens', { name: trap(0), acts: ['read'], area: '08/02536', expMs: Date.now() + 86_400_000, password });
}

/** A box with a genuine certificate that says traps of itself, and a fault with them. Answers its line, to be closed. */
export async function plantReport(district: District, id: string): Promise<MqttPeer> {
  const dir = join(district.dir, id);
  const file = `${dir}.claim.json`;
  await writeFile(file, JSON.stringify(await district.approver.post(`/boxes/${id}/claim`)), { mode: 0o600 });
  run('agent', ['enrol', '--data', dir, '--claim', file]);
  const [ca = '', cert = '', key = ''] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(dir, 'identity', name), 'utf8')),
  );
  const line = await new MqttPeer(Number(district.ports[2]), { ca, cert, key }).ready(`box:${id}`, [], { keepalive: 300 });
  const on: Presence = { on: true, boot: 'bay', conn: 1, version: image, wantRev: 0, orders: {}, clock: 'none' };
  const report: Report = {
    ...{ rev: 1, boot: 'bay', version: image, wantRev: 0, offeredRev: 0, clock: 'none' },
    hardware: { audioOut: image, board: trap(1), display: trap(6) },
    wantProblem: { code: 'bad-input', path: image, detail: trap(1) },
    outputs: [{ id: 'main', sounding: null, amplifier: 'failed', next: null }],
    cache: { bytes: 0, missing: 0 },
    outbox: { epoch: 'bay', low: 0, high: 0 },
    health: { state: 'silent', reasons: ['amplifier-failed'] },
  };
  line.publish(`loa/1/d/${id}/up/on`, JSON.stringify(on), { retain: true, messageId: 1 });
  line.publish(`loa/1/d/${id}/up/report`, JSON.stringify(report), { retain: true, messageId: 2 });
  await until('the report with traps', async () =>
    (await district.approver.get<BoxAnswer>(`/boxes/${id}`)).report?.hardware.board === trap(1) ? true : undefined,
  );
  return line;
}

/** A template that says a trap, ordered as an exercise and ended; an alert whose event and words are traps, from a source named so. */
export async function plantEmergency(district: District): Promise<void> {
  await district.duty.put('/templates/lu-quet/speech', { language: 'vi', speak: `${image} ${trap(1)}` });
  const wish = { template: 'lu-quet', class: 'exercise', groups: [group], confirm: true, password };
  const order = await district.duty.post<OrderAnswer>('/orders', wish);
  await district.duty.post(`/orders/${order.id}/clear`);
  await district.approver.put('/alert-sources/bay', {
    ...{ id: 'bay', title: image, kind: 'folder', trust: 'manual', senders: [capSender], events: [] },
    places: [{ area: '08/02536', groups: [group], codes: ['VN-xa=02536'] }],
  });
  const inlet = join(district.centreDir, 'alerts', 'bay');
  await mkdir(inlet, { recursive: true });
  const path = join(inlet, '1.xml');
  await writeFile(`${path}.part`, capBytes({ identifier: 'bay-1', sentMs: Date.now(), event: image, description: trap(1) }));
  await rename(`${path}.part`, path);
  await until('the alert with traps', async () => {
    const [first] = await district.duty.get<AlertAnswer[]>('/alerts');
    return first && JSON.stringify(first).includes(image) ? true : undefined;
  });
}
