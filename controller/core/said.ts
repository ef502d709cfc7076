// What the centre's own envelopes say. Read without checking: they lie in its own tables.
import type { Envelope } from '../../schemas/envelope.ts';
import type { Part } from '../../schemas/want.ts';

/** Of a want its revision and parts, of a place where it lies. */
export interface Said {
  readonly epoch: string;
  readonly rev?: number | undefined;
  readonly parts: readonly Part[];
  readonly area?: string | undefined;
  /** As JSON. */
  readonly groups?: string | undefined;
}

export function saidIn({ payload }: Envelope): Said {
  const { epoch, body = {} } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
    epoch: string;
    body?: { readonly rev?: number; readonly parts?: readonly Part[]; readonly area?: string; readonly groups?: readonly string[] };
  };
  return { epoch, rev: body.rev, parts: body.parts ?? [], area: body.area, groups: JSON.stringify(body.groups) };
}
