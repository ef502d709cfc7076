// Templates of orders: what they say per language, whose voice says it, and who would understand which.
import type { FastifyInstance } from 'fastify';
import { SignFilmRequest, type TemplateAnswer, TemplateSpeechRequest } from '../../schemas/order-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import type { OrderTemplate } from '../core/order-plan.ts';
import { may } from '../core/roles.ts';
import { declare } from './route.ts';

const signFilmClasses = SignFilmRequest.entries.class.options;

export function templateRoutes(app: FastifyInstance, centre: Centre): void {
  const { templates, store, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/templates', act: 'read' }, async () => ok(templates.all().map(answerOf)));

  declare(app, centre, { method: 'GET', url: '/api/coverage', act: 'read' }, async () => ok(await templates.coverage()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/templates/:id/speech', act: 'template.write', where: 'centre', body: TemplateSpeechRequest },
    async ({ person, params, body, act }): Promise<Result<TemplateAnswer>> => {
      const allowed = may(person.grants, 'template.write', card.area);
      if (!allowed.ok) return allowed;
      const { screen, recording, ...words } = body;
      const medium = recording === undefined ? undefined : await store.content.medium(recording);
      if (recording !== undefined && (!medium || medium.item.type === 'text/html'))
        return bad('not-found', `no sound ${recording} in the library`, '/recording');
      const id = params['id'] ?? '';
      const speech = { ...words, ...(recording === undefined ? {} : { recording }) };
      const said = await templates.say(id, speech, screen, act('template.say', `${id} ${words.language}`, body));
      return said.ok ? ok(answerOf(said.value)) : said;
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/templates/:id/sign-film', act: 'template.write', where: 'centre', body: SignFilmRequest },
    async ({ person, params, body, act }): Promise<Result<TemplateAnswer>> => {
      const allowed = may(person.grants, 'template.write', card.area);
      if (!allowed.ok) return allowed;
      const film = body.film === null ? undefined : (await store.content.medium(body.film))?.item.film;
      if (body.film !== null && !film) return bad('not-found', `no film ${body.film} in the library`, '/film');
      const id = params['id'] ?? '';
      const signed = await templates.sign(id, body.class, film, act('template.sign', `${id} ${body.class}`, body));
      return signed.ok ? ok(answerOf(signed.value)) : signed;
    },
  );
}

function answerOf({ id, title, hazard, severity, speech, screen, signFilms = {} }: OrderTemplate): TemplateAnswer {
  return {
    id,
    title,
    hazard,
    severity,
    speak: speech[0]?.speak ?? '',
    screen,
    speech: speech.map(({ language, speak, recording }) => ({ language, speak, recorded: recording !== undefined })),
    signed: signFilmClasses.filter((kind) => signFilms[kind] !== undefined),
  };
}
