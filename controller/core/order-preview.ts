// What an order would do, before it is sent: whom it reaches, what is said and shown, who would not understand, how long it lasts.

import { coverage } from '../../schemas/coverage.ts';
import type { Order } from '../../schemas/order.ts';
import type { OrderPreviewAnswer } from '../../schemas/order-api.ts';

export interface PreviewedBox {
  readonly id: string;
  readonly name: string;
  readonly online: boolean;
  readonly languages: readonly string[];
}

export interface PreviewWish {
  readonly order: Order;
  /** The page that boards will show. */
  readonly frame: string;
  readonly boxes: readonly PreviewedBox[];
  /** Languages in which a person's recording of its words is kept, also one that is not made ready yet. */
  readonly recorded: readonly string[];
  /** Languages that a machine can speak here. */
  readonly machine: readonly string[];
  readonly validMs: number;
  readonly nowMs: number;
}

/** How fast a machine voice reads Vietnamese, where the sound was not made yet. */
const msPerCharacter = 70;

export function previewOrder({ order, frame, boxes, recorded, machine, validMs, nowMs }: PreviewWish): OrderPreviewAnswer {
  const made = order.speech.filter(({ audio }) => audio !== undefined).map(({ language }) => language);
  const speech = order.speech.map(({ language }) => ({ language, recorded: recorded.includes(language) }));
  const template = { id: 'preview', hazard: order.hazard, speech };
  const [row] = coverage([template], boxes, [...machine, ...made]);
  const speechMs = order.speech.map(({ speak, audio }) => audio?.durationMs ?? speak.length * msPerCharacter);
  const onceMs = order.sirenMs + Math.max(...speechMs);
  return {
    class: order.class,
    boxes: boxes.length,
    offline: boxes.filter(({ online }) => !online).map(({ name }) => name),
    speech: order.speech.map(({ language, speak }) => ({ language, speak })),
    screen: order.screen,
    frame,
    sirenMs: order.sirenMs,
    times: order.times,
    totalMs: onceMs * order.times + order.pauseMs * (order.times - 1),
    estimated: made.length < order.speech.length,
    untilMs: nowMs + validMs,
    withoutVoice: (row?.cells ?? [])
      .filter(({ state }) => state === 'silent' || state === 'missing')
      .map(({ language, clusters }) => ({ language, boxes: clusters.length })),
    vietnameseInstead: row?.vietnameseInstead.length ?? 0,
    sirenAlone: row?.sirenAlone.length ?? 0,
  };
}
