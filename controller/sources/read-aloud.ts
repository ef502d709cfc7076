// A text made into sound by a machine voice: a new version with its recording, which people hear before anybody approves it.
import { bad, type Result } from '../../schemas/problems.ts';
import { sourceKinds } from '../../schemas/source.ts';
import { may } from '../core/roles.ts';
import type { SourceItem } from '../core/source-item.ts';
import { isNewest } from '../core/source-life.ts';
import type { Ingested } from '../media/ingest.ts';
import type { SpeechDesk } from '../speech/speech-desk.ts';
import type { Store } from '../store/store.ts';
import type { Asking, SourceDesk } from './source-desk.ts';

export interface ReadAloudOptions {
  readonly store: Pick<Store, 'content'>;
  readonly sources: SourceDesk;
  readonly speech: Pick<SpeechDesk, 'speak'>;
  readonly nowMs: () => number;
}

/** Problems: not-found, not-allowed, conflict (stale), bad-input (no text of this kind), too-large, no-voice, tool-… and those of a version. */
export async function readAloud(options: ReadAloudOptions, id: string, version: number, asking: Asking): Promise<Result<SourceItem>> {
  const { store, sources, nowMs } = options;
  const found = await sources.find(id, asking.grants);
  if (!found.ok) return found;
  const allowed = may(asking.grants, 'source.write', sources.areaOf(found.value));
  if (!allowed.ok) return allowed;
  const fresh = isNewest(found.value, version);
  if (!fresh.ok) return fresh;
  const { content } = found.value.latest;
  // A person's recording is never put aside for a machine's.
  const fit = content.kind !== 'audio' && ['sound', 'either'].includes(sourceKinds[content.kind].plays);
  if (!fit || content.body.trim() === '') return bad('bad-input', `a ${content.kind} has no text to be read out`, '/content/body');
  const made = await soundOf(options, content, asking.account);
  if (!made.ok) return made;
  const { item, peaks } = made.value;
  const media = { item, source: 'speech', author: asking.account, createdMs: nowMs(), peaks };
  await store.content.addMedia(media, asking.act('media.add', item.sha256, item));
  return sources.revise(id, { version, content: { ...content, media: item.sha256 } }, asking);
}

/** Problems are told where the text stands. */
async function soundOf(
  { speech }: ReadAloudOptions,
  { title, language, body }: SourceItem['latest']['content'],
  account: string,
): Promise<Result<Ingested>> {
  const spoken = await speech.speak(body, { title, language, account });
  if (spoken.ok) return spoken;
  const { code, detail, path } = spoken.problem;
  const at = path === '/language' ? '/content/language' : path === '/text' ? '/content/body' : path;
  return bad(code, detail, at);
}
