// Words become sounds of the library, and the commune's dictionary says how words are read.
import type { FastifyInstance } from 'fastify';
import { type MediaAnswer, SpeechRequest, SpokenWordsRequest } from '../../schemas/api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { type Pronunciation, Pronunciations } from '../../schemas/speech-text/pronunciations.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { answerOf } from './media.ts';
import { declare } from './route.ts';

/** `words`: as they were said; `engine`: whose voice it is. */
export type SpeechAnswer = MediaAnswer & { readonly words: string; readonly engine: string };

export function speechRoutes(app: FastifyInstance, centre: Centre): void {
  const { speech, store, templates } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/speech', act: 'media.add', body: SpeechRequest, status: 201, perMinute: 30 },
    async ({ person, body, act }): Promise<Result<SpeechAnswer>> => {
      const spoken = await speech.speak(body.text, { ...body, account: person.account });
      if (!spoken.ok) return spoken;
      const { item, peaks, words, engine } = spoken.value;
      const media = { item, source: 'speech', author: person.account, createdMs: centre.nowMs(), peaks };
      await store.content.addMedia(media, act('media.add', item.sha256, item));
      return ok({ ...answerOf((await store.content.medium(item.sha256)) ?? media), words, engine });
    },
  );

  declare(app, centre, { method: 'POST', url: '/api/speech/words', act: 'read', body: SpokenWordsRequest }, async ({ body }) =>
    ok({ words: await speech.wordsOf(body.text, body.language) }),
  );

  declare(app, centre, { method: 'GET', url: '/api/pronunciations', act: 'read' }, async () => ok(await speech.dictionary()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/pronunciations', act: 'pronunciation.write', where: 'centre', body: Pronunciations },
    async ({ person, body, act }): Promise<Result<readonly Pronunciation[]>> => {
      // The dictionary is the words' of orders, too.
      const mayOrders = may(person.grants, 'template.write', centre.card.area);
      const kept = await templates.pronounce(body, mayOrders, () =>
        speech.setDictionary(body, act('pronunciation.write', 'pronunciations', body)),
      );
      return kept.ok ? ok(body) : kept;
    },
  );
}
