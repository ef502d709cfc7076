// What residents of the demo have said: told through the public door of a real centre, one of each kind for whoever looks at the pages.
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CentreRest } from '../../controller/demo/centre-rest.ts';
import { readAccounts } from '../../controller/demo/demo-texts.ts';
import { ResidentsStory, readResidents } from '../../controller/demo/residents.ts';
import { seedDocument } from '../../controller/demo/seed-document.ts';
import type { FeedbackAnswer, PublicItem, PublicPlace, PublicPoll } from '../../schemas/citizen-api.ts';
import { type BuiltCentre, makeCentre, startMs } from './built-centre.ts';

let built: BuiltCentre;
let rest: CentreRest;
const password = 'mot-mat-khau-dai-de-thu-72';

beforeAll(async () => {
  const accounts = readAccounts();
  built = await makeCentre(seedDocument(accounts, new Map(accounts.map(({ account }) => [account, password]))) as object);
  await built.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = built.app.server.address() as AddressInfo;
  rest = new CentreRest(() => `http://127.0.0.1:${port}`);
});
afterAll(() => built?.stop());

test('each state of feedback once, an answer to read, a poll that is counted and a survey that runs, ways out', async () => {
  const [author, approver, administrator] = await Promise.all(
    (['can-bo-van-hoa', 'lanh-dao-duyet', 'quan-tri'] as const).map((account) => rest.signIn(account, password)),
  );
  if (!author || !approver || !administrator) throw new Error('no sessions');
  await new ResidentsStory(rest, { author, approver, administrator }).tell(readResidents(), startMs);
  const all = await rest.get<FeedbackAnswer[]>(author, '/feedback');
  expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['received', 'assigned', 'answered', 'held']));
  expect(all.filter(({ published }) => published !== null).length).toBeGreaterThan(1);
  expect(all.some(({ satisfaction }) => satisfaction !== null)).toBe(true);
  const place = (await built.stranger('GET', '/public/place')).body as PublicPlace;
  expect(place.links.map(({ url }) => url).every((url) => url.startsWith('https://'))).toBe(true);
  expect(place.contacts.map(({ phone }) => phone)).toContain('111');
  const items = (await built.stranger('GET', '/public/items?unit=thon-1')).body as PublicItem[];
  expect(items.map(({ essential }) => essential).sort()).toEqual([false, false, true]);
  const polls = (await built.stranger('GET', '/public/polls?unit=thon-1')).body as PublicPoll[];
  expect(polls.map(({ state, result }) => [state, result?.ballots ?? null])).toEqual(
    expect.arrayContaining([
      ['closed', 5],
      ['open', null],
    ]),
  );
});
