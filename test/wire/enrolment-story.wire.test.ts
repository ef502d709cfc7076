// How a box becomes one, stays one and ends: from a file on a card to its first programme, renewal, a copied card, out of service.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CentreDoor } from '../../agent/centre-door.ts';
import { unheardMs } from '../../agent/core/renewal.ts';
import { identityFile, readIdentity } from '../../agent/identity.ts';
import type { PageState } from '../../agent/page/view.ts';
import { Renewer } from '../../agent/renewer.ts';
import { must } from '../controller/built-centre.ts';
import { firstDay } from './first-day.ts';
import { endAll, live, type Machine, makeCentre, makeMachine, plan, readyOf, receipts, soonAt } from './machine.ts';
import { dayMs } from './small-centre.ts';
import { until } from './waiting.ts';

afterEach(endAll);

describe('a new box', () => {
  test('from the file on its card, the centre away at first and its clock in 1970: five acts of a hand to its first programme', async () => {
    expect(await firstDay(5_000)).toHaveLength(5);
  });

  test('a claim that the centre refuses is not tried again; the next file on the card is', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put({ ...centre.claim(), token: 'used-before-0123' });
    const running = live(machine);
    const refused = await until('the refusal', async () => {
      const text = await machine.status();
      return text.includes('trung tâm từ chối') ? text : undefined;
    });
    expect(refused).toContain('Mã kích hoạt đã dùng');
    expect(refused).toContain('make a new claim at the centre');
    const asked = centre.requests.length;
    await machine.put(centre.claim());
    expect((await readyOf(running)).dev).toBe('loa-1');
    expect(centre.requests.filter(({ path }) => path.includes('simpleenroll'))).toHaveLength(asked + 1);
  });
});

describe('an enrolled box', () => {
  test('renews past the half of its certificate’s life, comes back to the bus under the new one, and no row is lost or told twice', async () => {
    const centre = await makeCentre({ boxAgeMs: 250 * dayMs });
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const ready = await readyOf(live(machine));
    const before = await readFile(identityFile(machine.dataDir, 'key.pem'), 'utf8');
    const startMs = soonAt(centre);
    await centre.want(plan(centre, startMs));
    const renewed = await until('the renewal', () => centre.renewed[0]);
    await until('the bus under the new certificate', () => (centre.shown.at(-1) === renewed ? true : undefined));
    expect(await readFile(identityFile(machine.dataDir, 'key.pem'), 'utf8')).not.toBe(before);
    expect(await readdir(join(machine.dataDir, 'identity'))).not.toContain('next.pem');
    const receipt = await until('the receipt', () => receipts(centre)[0]);
    expect(receipt).toMatchObject({ outcome: 'played', plannedStartMs: startMs });
    // The ledger of the centre refuses a hole; what it has is all there is.
    await until('all rows acknowledged', async () => {
      const state = (await (await fetch(`${ready.page}/state.json`)).json()) as PageState;
      return state.link.waitingRows === 0 ? true : undefined;
    });
    expect(receipts(centre)).toHaveLength(1);
    expect(centre.renewed).toHaveLength(1);
    expect(centre.requests.filter(({ path }) => path.includes('blob')).length).toBeGreaterThan(0);
  });

  test('refused by a centre that was restored from an older backup, it asks by the certificate before, and comes back', async () => {
    const centre = await makeCentre({ boxAgeMs: 250 * dayMs });
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const running = live(machine);
    await readyOf(running);
    const renewed = await until('the renewal', () => centre.renewed[0]);
    await until('the bus under the new certificate', () => (centre.shown.at(-1) === renewed ? true : undefined));
    await running.life.stop();
    centre.unknown.add(renewed);
    const identity = must(await readIdentity(machine.dataDir));
    const time = () => ({ fromMs: 0, toMs: Number.POSITIVE_INFINITY });
    const door = new CentreDoor({ url: identity.centreUrl, tls: identity.tls, time });
    let monoMs = 0;
    const renewer = new Renewer({
      ...{ dataDir: machine.dataDir, identity, door, up: () => false, refused: () => true },
      clock: { now: () => ({ wallMs: Date.now(), monoMs, quality: 'signed' as const }) },
      present: async () => undefined,
      told: () => undefined,
      warn: (event, problem) => expect.fail(`${event} ${problem.detail}`),
    });
    await renewer.look();
    expect(centre.renewed).toHaveLength(1);
    monoMs += unheardMs;
    await renewer.look();
    expect(centre.renewed).toHaveLength(2);
    door.stop();
    await readyOf(live(machine));
    await until('the bus under the newest', () => (centre.shown.at(-1) === centre.renewed[1] ? true : undefined));
  });

  test('copied into another machine it joins nobody, says so, and a new claim gives that machine keys of its own', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const first = live(machine);
    await readyOf(first);
    await centre.want(plan(centre, soonAt(centre) + 3600_000));
    await until('the plan', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await first.life.stop();
    const other = await makeMachine('10000000ffffffff');
    await cp(machine.dataDir, other.dataDir, { recursive: true });
    const came = centre.shown.length;
    const copy = live(other);
    const state = await copy.stateAt(await readyOf(copy));
    expect(state).toMatchObject({ dev: 'loa-1', wantRev: 1, link: { up: false, problem: 'another-machine' } });
    expect(await other.status()).toContain('THẺ SAO CHÉP: thẻ này thuộc hộp loa-1');
    await copy.life.stop();
    expect(centre.shown).toHaveLength(came);
    await other.put(centre.claim());
    const anew = live(other);
    await readyOf(anew);
    await anew.over;
    await anew.life.stop();
    const signing = (one: Machine) => readFile(identityFile(one.dataDir, 'signing.pem'), 'utf8');
    expect(await signing(other)).not.toBe(await signing(machine));
    const again = live(other);
    await readyOf(again);
    await until('the bus', () => (centre.shown.length > came ? true : undefined));
  });

  test('the lamp on its case says that it is nobody yet, and is dark once it ends', async () => {
    const machine = await makeMachine();
    const led = join(machine.dir, 'leds', 'ACT');
    await mkdir(led, { recursive: true });
    for (const [name, text] of Object.entries({ brightness: '0', max_brightness: '255', trigger: '[mmc0] none' }))
      await writeFile(join(led, name), text);
    const lit = async () => Number.parseInt(await readFile(join(led, 'brightness'), 'utf8'), 10) === 255;
    const running = live(machine, { lamp: { kind: 'led', dir: join(machine.dir, 'leds') } });
    const shown: boolean[] = [];
    // Two blinks of one code: light after darkness after light.
    await until('two blinks', async () => {
      const now = await lit();
      if (now !== shown.at(-1)) shown.push(now);
      return shown.filter(Boolean).length === 2 ? true : undefined;
    });
    await running.life.stop();
    expect(await readFile(join(led, 'brightness'), 'utf8')).toMatch(/^0/);
  });

  test('cut off while it removes its keys, it removes the rest before it is anybody again', async () => {
    const machine = await makeMachine();
    const identity = join(machine.dataDir, 'identity');
    await mkdir(join(machine.dataDir, 'state'), { recursive: true });
    await mkdir(identity, { recursive: true });
    // The card went first; the key that signs and the journal of the old box are still there.
    for (const name of ['signing.pem', 'before.pem']) await writeFile(join(identity, name), 'old key');
    await writeFile(join(identity, 'retiring'), 'loa-9\n');
    await writeFile(join(machine.dataDir, 'state', 'journal.db'), 'of the box before');
    const running = live(machine);
    await until('the words of a box taken out', async () => ((await machine.status()).includes('đã được thu hồi') ? true : undefined));
    expect(await readdir(identity)).toEqual(['retired']);
    expect(await readFile(join(identity, 'retired'), 'utf8')).toBe('loa-9\n');
    expect(await readdir(machine.dataDir)).not.toContain('state');
    await running.life.stop();
  });

  test('taken out of service by a signed command it says so, removes its keys and plan, and is nobody', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const running = live(machine);
    await readyOf(running);
    await centre.want(plan(centre, soonAt(centre) + 3600_000));
    await until('the plan', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await centre.say('cmd', centre.sign('command', 'd/loa-1', { do: 'decommission' }, { id: 'cmd-end' }));
    const said = await until('its word', () => centre.facts.find((fact) => fact.kind === 'command' && fact.command === 'cmd-end'));
    expect(said).toMatchObject({ state: 'done' });
    await running.over;
    await running.life.stop();
    expect(await readdir(join(machine.dataDir, 'identity'))).toEqual(['retired']);
    expect(await readdir(machine.dataDir)).not.toContain('state');
    expect(await machine.status()).toContain('ĐÃ THU HỒI: loa-1');
    const after = live(machine);
    await until('the words of a box without keys', async () =>
      (await machine.status()).includes('taken out of service') ? true : undefined,
    );
    await after.life.stop();
    expect(await after.ready).toMatchObject({ ok: false });
  });
});
