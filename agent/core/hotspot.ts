// When the box's own Wi-Fi for technicians is open (PRODUCT §1.18): asked for by a hand at the box, gone by itself.

export const hotspotOpenMs = 15 * 60_000;

export interface HotspotState {
  /** Null: closed. */
  readonly untilMonoMs: number | null;
}

export type HotspotEvent =
  /** A hand at the box, a first boot that belongs to nobody yet, or somebody on the page. */
  | { readonly is: 'asked'; readonly by: 'button' | 'first-boot' | 'page' }
  | { readonly is: 'ended'; readonly by: 'page' }
  | { readonly is: 'failed'; readonly detail: string }
  | { readonly is: 'timePassed' };

export interface HotspotTurn {
  readonly state: HotspotState;
  readonly do: 'open' | 'close' | null;
  /** What is written down of it. */
  readonly row: { readonly act: 'hotspot-on' | 'hotspot-off'; readonly detail: string } | null;
}

export const hotspotClosed: HotspotState = { untilMonoMs: null };

/** A press while it is open gives the whole time anew and disturbs nobody who is joined. */
export function hotspotTurn(state: HotspotState, event: HotspotEvent, nowMonoMs: number): HotspotTurn {
  const open = state.untilMonoMs !== null;
  switch (event.is) {
    case 'asked':
      return {
        state: { untilMonoMs: nowMonoMs + hotspotOpenMs },
        do: open ? null : 'open',
        row: { act: 'hotspot-on', detail: open ? `${event.by}, longer` : event.by },
      };
    case 'ended':
      return open ? closed(event.by, 'close') : still(state);
    case 'failed':
      return open ? closed(`failed: ${event.detail}`, null) : still(state);
    case 'timePassed':
      return open && nowMonoMs >= (state.untilMonoMs ?? 0) ? closed('time', 'close') : still(state);
    default:
      return event satisfies never;
  }
}

function closed(detail: string, act: 'close' | null): HotspotTurn {
  return { state: hotspotClosed, do: act, row: { act: 'hotspot-off', detail: detail.slice(0, 200) } };
}

function still(state: HotspotState): HotspotTurn {
  return { state, do: null, row: null };
}
