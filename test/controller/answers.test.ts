// What the REST door answers is described, and the description is what the routes are compiled with.
import { expect, test } from 'vitest';
import { readShapes } from '../answers/shapes.ts';

/** `npx vitest run … test/controller/answers.test.ts -u` writes it anew. */
const file = '../../controller/api/answers.json';

test('answers.json says what the types of the routes say', async () => {
  const { routes, named } = readShapes();
  const lines = (all: Readonly<Record<string, unknown>>) =>
    Object.entries(all)
      .map(([name, shape]) => `    ${JSON.stringify(name)}: ${JSON.stringify(shape)}`)
      .join(',\n');
  await expect(`{\n  "routes": {\n${lines(routes)}\n  },\n  "named": {\n${lines(named)}\n  }\n}\n`).toMatchFileSnapshot(file);
}, 600_000);
