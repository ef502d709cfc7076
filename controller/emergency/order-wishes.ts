// What is asked of the order desk: by a person, by officers who have signed.
import type { Order } from '../../schemas/order.ts';

export interface OrderWanted {
  readonly template: string;
  readonly groups: readonly string[];
  readonly class: Order['class'];
  readonly validMs: number;
  readonly by: string;
  readonly riskLevel?: Order['riskLevel'];
  readonly floodAlarm?: Order['floodAlarm'];
  /** The standing order whose place it takes. */
  readonly extends?: string | undefined;
}

export type OrderPlanned = Omit<OrderWanted, 'validMs' | 'by' | 'extends'>;

/** What officers signed: as prepared, to the letter. */
export interface ApprovedRequest {
  readonly id: string;
  readonly order: Order;
  readonly template: string;
  readonly groups: readonly string[];
  readonly by: string;
  readonly untilMs: number;
  /** Why one officer acts alone. */
  readonly reason?: string;
}

export interface Issue extends Omit<ApprovedRequest, 'untilMs'> {
  readonly expMs: number;
}
