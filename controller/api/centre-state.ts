// How the centre itself stands: its keys, its programs and gateways, its backup, versions of its boxes. No secret is in it.
import type { FastifyInstance } from 'fastify';
import type { CentreStateAnswer } from '../../schemas/centre-state.ts';
import type { Delegation, TrustRoot } from '../../schemas/keys.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import { apiVersion } from '../api-version.ts';
import type { Centre } from '../centre.ts';
import { ownDelegationEnd, type Trust } from '../provision/signing-keys.ts';
import { declare } from './route.ts';

const toolNames = ['ffmpeg', 'ffprobe', 'mpg123', 'opusdec', 'espeak'] as const;
/** Of an engine with every language of the world the first do. */
const languagesMax = 200;

export function centreStateRoutes(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/centre-state', act: 'account.read', where: 'centre', perMinute: 60 },
    async (): Promise<Result<CentreStateAnswer>> => {
      const { tools, speech, reportMails, duty, lastBackup, store } = centre;
      const [voices, mails, backup, audit] = await Promise.all([speech.voices(), reportMails.state(), lastBackup(), store.audit.head()]);
      return ok({
        apiVersion,
        keys: keysOf(centre.trust),
        tools: toolNames.map((name) => ({ name, there: tools[name] !== undefined })),
        decodesOnly: tools.ffmpegDecodesOnly === true,
        voices: voices.map(({ name, languages }) => ({ name, languages: languages.slice(0, languagesMax) })),
        mail: mails.server,
        duty: duty.rings.states().map(({ name, state }) => ({ name, state })),
        backup,
        audit,
        versions: versionsOf(centre),
      });
    },
  );
}

interface Told<B> {
  readonly body: B;
  readonly exp: number;
}

function keysOf(trust: Trust): CentreStateAnswer['keys'] {
  const said = <B>(payload: string) => JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Told<B>;
  const last = trust.roots?.at(-1);
  const root = last ? said<TrustRoot>(last.payload).body : trust.root;
  return {
    demo: root.demo,
    rootVersion: root.version ?? 1,
    threshold: root.threshold,
    roots: root.keys.map(({ keyid }) => keyid),
    endMs: ownDelegationEnd(trust),
    delegations: trust.chain.map(({ payload }) => {
      const { body, exp } = said<Delegation>(payload);
      const keys = body.keys.map(({ keyid, roles, person }) => ({ id: keyid, roles, person: person ?? null }));
      return { centre: body.centre, level: body.level, area: body.area, endMs: exp, keys };
    }),
  };
}

function versionsOf({ registry }: Centre): CentreStateAnswer['versions'] {
  const counts = new Map<string | null, number>();
  for (const { id } of registry.all().filter((box) => box.enrolledMs !== null)) {
    const version = registry.seen(id)?.report?.version ?? null;
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].map(([version, boxes]) => ({ version, boxes })).sort((a, b) => b.boxes - a.boxes);
}
