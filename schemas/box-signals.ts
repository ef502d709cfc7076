// What the box's lamp says by how it blinks: one table for the label on its door, the console and whoever drives the lamp.

export interface BoxSignal {
  /** Blinks between two pauses of two seconds; `lit`, `dark` or `endless` (no pause) all the time. */
  readonly blinks: number | 'lit' | 'dark' | 'endless';
  readonly vi: string;
  readonly en: string;
}

/** Each is told from the others by counting: colours are for those who see them, and the lamp has one. */
export const boxSignals = {
  well: { blinks: 'lit', vi: 'Sáng liên tục: hoạt động tốt', en: 'Lit: all is well' },
  off: { blinks: 'dark', vi: 'Tắt: mất điện hoặc hộp không chạy', en: 'Dark: no power, or the box does not run' },
  orderSounds: { blinks: 'endless', vi: 'Nháy không nghỉ: đang có lệnh khẩn cấp', en: 'Without a pause: an emergency order' },
  unclaimed: { blinks: 1, vi: '1 nháy: chưa kích hoạt', en: '1: not enrolled yet' },
  centreAway: { blinks: 2, vi: '2 nháy: chưa gặp trung tâm', en: '2: the centre is not reached' },
  noTime: { blinks: 3, vi: '3 nháy: chưa có giờ tin cậy', en: '3: no trusted time' },
  refused: { blinks: 4, vi: '4 nháy: trung tâm từ chối hoặc thẻ sao chép', en: '4: refused by the centre, or a copied card' },
  fault: { blinks: 5, vi: '5 nháy: âm thanh, tăng âm, màn hình hoặc thẻ nhớ lỗi', en: '5: sound, amplifier, screen or card failed' },
  hotspotOpen: { blinks: 6, vi: '6 nháy: Wi-Fi của hộp đang mở', en: '6: the Wi-Fi of the box is open' },
} as const satisfies Record<string, BoxSignal>;

export type BoxSignalName = keyof typeof boxSignals;
