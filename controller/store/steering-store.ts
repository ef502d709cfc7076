// What a centre remembers of steering: notices and the phases of issues, deliveries by hand, photographs, households of clusters.
import type { Result } from '../../schemas/problems.ts';
import type { Delivery } from '../core/deliveries.ts';
import type { IssuePhase, NewNotice, Notice } from '../core/notices.ts';
import type { Act } from './store.ts';

/** A delivery by hand, a repair, an entry of the register. */
export interface PhotoUse {
  readonly kind: 'delivery' | 'ticket' | 'entry';
  readonly thing: string;
}

export interface NoticeFilter {
  /** Of these units, and of the centre itself when `null` stands among them. */
  readonly units?: readonly (string | null)[];
  readonly issues?: readonly string[];
  readonly unread?: boolean;
  readonly limit: number;
}

export interface Photo {
  readonly sha256: string;
  readonly atMs: number;
  readonly account: string;
  readonly bytes: number;
}

export interface SteeringStore {
  /** Those whose cause is not known yet, and the phase of the issue that was gone through; both or neither. Answers what is new. */
  give(
    notices: readonly NewNotice[],
    phase?: { readonly issue: string; readonly phase: IssuePhase; readonly atMs: number },
  ): Promise<Notice[]>;
  /** Phases that were gone through, by issue. */
  phases(issues: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<IssuePhase>>>;
  /** Newest first. */
  notices(filter: NoticeFilter): Promise<Notice[]>;
  notice(id: string): Promise<Notice | undefined>;
  /** Read by somebody; who read it first stays. Problem: not-found. */
  read(id: string, read: NonNullable<Notice['read']>, act: Act): Promise<Result<Notice>>;

  /** Latest told first. */
  deliveries(item: string): Promise<Delivery[]>;
  delivery(id: string): Promise<Delivery | undefined>;
  /** Read, decide, write: one after the other. `known`: how many the item has. Problems: those of the judge. */
  decideDelivery(
    id: string,
    item: string,
    judge: (delivery: Delivery | undefined, known: number) => Result<Delivery>,
    act: Act,
  ): Promise<Result<Delivery>>;

  addPhoto(photo: Photo, act: Act): Promise<void>;
  photo(sha256: string): Promise<Photo | undefined>;
  /** Those of them that somebody has given. */
  photosGiven(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** What names it, or has named it. */
  photoUses(sha256: string, limit: number): Promise<PhotoUse[]>;

  /** Households that hear a cluster, by box; boxes nobody has said it of are not in it. */
  households(): Promise<ReadonlyMap<string, number>>;
  /** `null`: nobody knows. */
  setHouseholds(box: string, households: number | null, act: Act): Promise<void>;
}
