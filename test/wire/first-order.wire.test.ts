// A box enrolled a minute ago, without any plan, warns its people all the same.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { Box } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { enrol } from '../../agent/enrol.ts';
import { order } from '../world/build.ts';
import { Ear } from './ear.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const running: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

test.each([[[]], [[{ id: 'cot-dien-3', kind: 'loudspeaker' as const }]]])(
  'an order sounds before the first plan, whatever outputs the box was told of: %j',
  async (outputs) => {
    const centre = new SmallCentre();
    await centre.start();
    running.push(centre);
    const dataDir = await mkdtemp(join(tmpdir(), 'loa-first-order-'));
    await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
    expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toMatchObject({ ok: true });
    const box = new Box(dataDir, v.parse(AgentConfig, { page: { port: 0 }, outputs, log: { level: 'error' } }));
    const ready = await box.start();
    if (!ready.ok) throw new Error(ready.problem.detail);
    running.push(box);
    const told = (state: string) => centre.facts.find((fact) => fact.kind === 'order' && fact.order === 'o-1' && fact.state === state);
    await centre.order([centre.sign('order', 'g/xa-1', order({ times: 2, sirenMs: 2_000, pauseMs: 500 }), { id: 'o-1' })]);
    const ear = new Ear();
    running.push(ear);
    await until('a loudspeaker', () => ear.listen(ready.value.page).then(() => true));
    await until('the siren', () => ear.firstAbove(1_000, 0));
    await until('the order to sound', () => told('sounding'));
  },
);
