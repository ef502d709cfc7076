// Boxes in trouble: a boot partition that keeps its claim, a damaged card, a power cut at the end of service, a guesser at a simulated button.
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { claimName } from '../../agent/boot-files.ts';
import { identityFile } from '../../agent/identity.ts';
import { endAll, live, makeCentre, makeMachine, plan, readyOf, soonAt } from './machine.ts';
import { until } from './waiting.ts';

afterEach(endAll);

describe('a box', () => {
  test('whose boot partition keeps the claim goes on under it, and does not begin again and again', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const first = live(machine);
    await readyOf(first);
    await first.life.stop();
    await machine.put(centre.claim());
    const again = live(machine);
    let overs = 0;
    again.life.onOver = () => overs++;
    await readyOf(again);
    await until('the claim without its secret', async () =>
      (await readFile(join(machine.bootDir, claimName), 'utf8')).includes(centre.token) ? undefined : true,
    );
    expect(overs).toBe(0);
    expect(centre.requests.filter(({ path }) => path.includes('simpleenroll'))).toHaveLength(1);
  });

  test.each([
    ['its keys are those of another root', 'keys.json', '{"chain":[],"place":{}}'],
    ['its certificate is gone', 'cert.pem', null],
    ['its key was cut to nothing', 'key.pem', ''],
    ['its signing key is all zeros', 'signing.pem', '\0'.repeat(119)],
  ] as const)('on whose card %s waits, says so, and is whole by a new claim', async (_what, name, left) => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const first = live(machine);
    await readyOf(first);
    await first.life.stop();
    const file = identityFile(machine.dataDir, name);
    await (left === null ? rm(file) : writeFile(file, left));
    const broken = live(machine);
    await until('the words of a box whose card is damaged', async () =>
      (await machine.status()).includes('DAMAGED IDENTITY: keys or certificate of loa-1') ? true : undefined,
    );
    await broken.life.stop();
    const came = centre.shown.length;
    await machine.put(centre.claim());
    await readyOf(live(machine));
    await until('the bus', () => (centre.shown.length > came ? true : undefined));
  });

  test('whose power goes before its keys are removed removes them at the next start, however much was left', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const running = live(machine);
    await readyOf(running);
    await centre.want(plan(centre, soonAt(centre) + 3600_000));
    await until('the plan', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await centre.say('cmd', centre.sign('command', 'd/loa-1', { do: 'decommission' }, { id: 'cmd-end' }));
    await until('its word', () => centre.facts.find((fact) => fact.kind === 'command' && fact.command === 'cmd-end'));
    await running.over;
    for (const cut of ['whole', 'half']) {
      const after = await makeMachine();
      await cp(machine.dataDir, after.dataDir, { recursive: true });
      if (cut === 'half') {
        await rm(identityFile(after.dataDir, 'card.json'));
        await writeFile(identityFile(after.dataDir, 'key.pem'), Buffer.alloc(200));
      }
      const next = live(after);
      await until('the words of a box without keys', async () =>
        (await after.status()).includes('taken out of service') ? true : undefined,
      );
      expect(await readdir(join(after.dataDir, 'identity'))).toEqual(['retired']);
      expect(await readdir(after.dataDir)).not.toContain('state');
      await next.life.stop();
    }
  });

  test('whose button is a picture on its page gives a guesser of the PIN no new tries by it', async () => {
    const centre = await makeCentre();
    const machine = await makeMachine();
    await machine.put(centre.claim());
    const running = live(machine, { outputs: [{ id: 'main', kind: 'loudspeaker' }] });
    const { page } = await readyOf(running);
    const { token } = (await (await fetch(`${page}/state.json`)).json()) as { token: string };
    const post = async (act: string, pin?: string) =>
      (await fetch(`${page}/acts/${act}`, { method: 'POST', headers: { 'x-loa-act': token }, body: JSON.stringify({ pin }) })).status;
    for (let n = 0; n < 5; n++) expect(await post('mute', '000000')).toBe(401);
    expect(await post('mute', '000000')).toBe(429);
    expect(await post('button')).toBe(202);
    await running.life.heart.settled();
    expect(await post('mute', '000000')).toBe(429);
  });
});
