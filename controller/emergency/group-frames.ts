// The retained frames of each group as they stand: built once, published to all, sent again to one.
import type { Envelope } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import { buildTopic } from '../../schemas/topics.ts';
import { attachmentsWithin, type FrameEntry, isDrill } from '../core/group-frame.ts';
import type { Publish } from '../dispatch.ts';
import type { Voices } from './voices.ts';

const words = ['order', 'drill'] as const;
type Word = (typeof words)[number];

export interface GroupFramesOptions {
  readonly publish: Publish;
  readonly voices: Pick<Voices, 'bytesOf'>;
}

export class GroupFrames {
  readonly #options: GroupFramesOptions;
  readonly #standing = new Map<string, Uint8Array>();

  constructor(options: GroupFramesOptions) {
    this.#options = options;
  }

  /** Two frames: what is meant in earnest with all clears, and exercises. */
  async publish(group: string, living: readonly FrameEntry[]): Promise<void> {
    const earnest = living.filter((entry) => !isDrill(entry));
    await this.#publishOne(group, 'order', earnest);
    await this.#publishOne(group, 'drill', living.filter(isDrill));
  }

  /** What stands in these groups, once more, to one box on the topics it listens to anyway; no other box is troubled. */
  async sendTo(dev: string, groups: readonly string[]): Promise<void> {
    for (const topic of groups.flatMap(topicsOf)) {
      const frame = this.#standing.get(topic);
      if (frame) await this.#options.publish(topic, frame, { qos: 1, retain: true, to: dev });
    }
  }

  /** A clear for this box alone, behind all that stands in the group: its counter is above theirs. */
  async clearAt(dev: string, group: string, clear: Envelope): Promise<void> {
    await this.sendTo(dev, [group]);
    const topic = buildTopic({ of: 'group', id: group, word: 'order' });
    await this.#options.publish(topic, encodeFrame(JSON.stringify({ orders: [clear] }), []), { qos: 1, retain: false, to: dev });
  }

  async #publishOne(group: string, word: Word, entries: readonly FrameEntry[]): Promise<void> {
    const { publish, voices } = this.#options;
    const topic = buildTopic({ of: 'group', id: group, word });
    // An empty retained payload tells the broker to keep nothing.
    if (entries.length === 0) {
      this.#standing.delete(topic);
      return publish(topic, '', { qos: 1, retain: true });
    }
    const names = attachmentsWithin(entries, (name) => voices.bytesOf(name)?.length);
    const head = JSON.stringify({ orders: entries.map((entry) => entry.envelope) });
    const sounds = names.flatMap((name) => voices.bytesOf(name) ?? []);
    const frame = encodeFrame(head, sounds);
    this.#standing.set(topic, frame);
    return publish(topic, frame, { qos: 1, retain: true });
  }
}

function topicsOf(id: string): string[] {
  return words.map((word) => buildTopic({ of: 'group', id, word }));
}
