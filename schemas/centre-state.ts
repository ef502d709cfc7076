// How a centre stands, as its settings page is told: keys, programs, gateways, the last backup, versions of its boxes. No secret.

export interface CentreStateAnswer {
  readonly apiVersion: string;
  readonly keys: {
    readonly demo: boolean;
    readonly rootVersion: number;
    readonly threshold: number;
    /** Short names of the root keys. */
    readonly roots: readonly string[];
    /** When boxes take no more orders. */
    readonly endMs: number;
    /** From the one nearest the root. */
    readonly delegations: readonly {
      readonly centre: string;
      readonly level: string;
      readonly area: string;
      readonly endMs: number;
      readonly keys: readonly { readonly id: string; readonly roles: readonly string[]; readonly person: string | null }[];
    }[];
  };
  readonly tools: readonly { readonly name: string; readonly there: boolean }[];
  /** The packaged ffmpeg decodes only. */
  readonly decodesOnly: boolean;
  readonly voices: readonly { readonly name: string; readonly languages: readonly string[] }[];
  readonly mail: 'named' | 'none';
  readonly duty: readonly { readonly name: string; readonly state: string }[];
  readonly backup: { readonly madeMs: number; readonly audit: { readonly seq: number; readonly hash: string } | null } | null;
  readonly audit: { readonly seq: number; readonly hash: string };
  /** Versions that enrolled boxes told, the most frequent first; null: told nothing yet. */
  readonly versions: readonly { readonly version: string | null; readonly boxes: number }[];
}
