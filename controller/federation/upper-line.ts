// The door to the centre above: its broker over mutual TLS, as `centre:ID`; nothing durable lies there.
import { Link } from '../../broker/link/link.ts';
import type { Path } from '../../schemas/paths.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import { buildTopic, parseTopic } from '../../schemas/topics.ts';

export type UpWord = 'ask' | 'log' | 'report';
export type DownWord = 'answer' | 'want' | 'ack' | 'cmd';

export interface UpperWish {
  readonly path: Path;
  /** Our own id. */
  readonly centre: string;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly onMessage: (word: DownWord, payload: Uint8Array) => Promise<void>;
  readonly onChange: (up: boolean) => void;
  readonly onProblem: (problem: Problem) => void;
}

export interface UpperLine {
  start(): void;
  stop(): Promise<void>;
  /** Nothing is kept for later. Problem: offline. */
  say(word: UpWord, payload: string): Promise<Result<void>>;
}

export type OpenUpper = (wish: UpperWish) => UpperLine;

const words: readonly DownWord[] = ['answer', 'want', 'ack', 'cmd'];

export function openUpperLine({ path, centre, tls, onMessage, onChange, onProblem }: UpperWish): UpperLine {
  const link = new Link({
    url: path.url,
    tls: { ca: path.ca, ...tls },
    clientId: `centre:${centre}`,
    filters: words.map((word) => buildTopic({ of: 'centre-below', id: centre, direction: 'dn', word })),
    onMessage: async (topic, payload) => {
      const parsed = parseTopic(topic);
      const word = parsed?.of === 'centre-below' && parsed.id === centre ? words.find((one) => one === parsed.word) : undefined;
      // What it leads to is said on the same line: a reader that waited for it would wait for itself.
      if (word) void onMessage(word, payload);
    },
    onChange,
    onProblem,
    receiveBytesMax: 512 * 1024,
  });
  return {
    start: () => link.start(),
    stop: () => link.stop(),
    say: (word, payload) =>
      link.publish(buildTopic({ of: 'centre-below', id: centre, direction: 'up', word }), payload, { qos: 1, retain: false }),
  };
}
