// Words become sounds of the library, and the commune's dictionary says how words are read.
import type { FastifyInstance } from 'fastify';
import { type SpeechAnswer, SpeechRequest } from '../../schemas/api.ts';
import { type SpeechVoicesAnswer, SpokenWordsRequest } from '../../schemas/content-api.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { type Pronunciation, Pronunciations } from '../../schemas/speech-text/pronunciations.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { answerOf } from './media.ts';
import { declare } from './route.ts';

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
    ok({ words: await speech.wordsOf(body.text, body.language, body.trial) }),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/speech/hear', act: 'media.add', body: SpokenWordsRequest, once: false, perMinute: 30 },
    async ({ body, reply }): Promise<Result<undefined>> => {
      const heard = await speech.hear(body.text, body.language, body.trial);
      if (!heard.ok) return heard;
      await reply.type(soundTypeOf(heard.value)).header('cache-control', 'no-store').send(heard.value);
      return ok(undefined);
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/speech/voices', act: 'read' },
    async (): Promise<Result<SpeechVoicesAnswer>> => ok({ languages: await speech.languages() }),
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

/** By how it begins: an engine answers with one of these. */
function soundTypeOf(bytes: Buffer): string {
  const head = bytes.subarray(0, 4).toString('latin1');
  return head === 'RIFF' ? 'audio/wav' : head === 'OggS' ? 'audio/ogg' : 'audio/mpeg';
}
