// What people are called: those near by their titles, also after they were shut out; nobody from beside.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProvince, type Province } from './source-rig.ts';

let province: Province;
beforeAll(async () => {
  province = await makeProvince();
});
afterAll(() => province.built.stop());

const namesFor = async (account: string) =>
  ((await (await province.ask(account))('GET', '/names')).body as { account: string; title: string }[]).map(
    ({ account: name, title }) => `${name}: ${title}`,
  );

test('a page finds the title of who is above and below, and of nobody beside', async () => {
  const names = await namesFor('duyet-a');
  expect(names).toContain('duyet-a: Duyệt xã A');
  expect(names.some((name) => name.startsWith('duyet-tinh: '))).toBe(true);
  expect(names.some((name) => name.startsWith('xa-b: '))).toBe(false);
});

test('who was shut out keeps a name, and no right goes with it', async () => {
  const administrator = await province.ask('quan-tri');
  expect((await administrator('POST', '/accounts/xa-b/disable')).status).toBe(200);
  expect(await namesFor('duyet-tinh')).toContain('xa-b: Xã B');
  const [first] = (await administrator('GET', '/names')).body;
  expect(Object.keys(first)).toEqual(['account', 'title']);
});
