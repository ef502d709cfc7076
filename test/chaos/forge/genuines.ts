// Orders that must sound, each by another authority.

import type { Offer } from './box.ts';
import { type Loot, mandated, nextId, signed, words } from './loot.ts';

export const genuines = {
  commune: (loot: Loot): Offer => ({ word: 'order', frame: loot.frame(signed(loot, {})) }),
  'province-in-one-commune': (loot: Loot): Offer => ({
    word: 'order',
    frame: loot.frame(signed(loot, { order: { level: 'province' }, by: [loot.officers.chi], said: { iss: 'tinh' } })),
  }),
  'province-wide': (loot: Loot): Offer => ({
    word: 'order',
    frame: loot.frame(
      signed(loot, { order: { level: 'province', area: '08' }, by: [loot.officers.chi, loot.officers.dung], said: { iss: 'tinh' } }),
    ),
  }),
  'break-glass': (loot: Loot): Offer => ({ word: 'order', frame: loot.frame(signed(loot, { glass: true })) }),
  mandate: (loot: Loot): Offer => ({ word: 'order', frame: loot.frame(mandated(loot, {})) }),
  drill: (loot: Loot): Offer => {
    nextId(loot);
    return { word: 'drill', frame: loot.frame(loot.sign('drill', { ...words, class: 'exercise' })) };
  },
} as const;
