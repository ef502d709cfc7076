// What the box's lamp says by how often it blinks between two pauses: the same table for the label on its door and whoever drives the lamp.

export interface BoxSignal {
  /** Blinks between two pauses of two seconds; 0: it is lit all the time. */
  readonly blinks: number;
  readonly vi: string;
  readonly en: string;
}

export const boxSignals = {
  well: { blinks: 0, vi: 'Sáng liên tục: hoạt động tốt', en: 'Lit: all is well' },
  unclaimed: { blinks: 1, vi: '1 nháy: chưa kích hoạt', en: '1: not enrolled yet' },
  centreAway: { blinks: 2, vi: '2 nháy: chưa gặp trung tâm', en: '2: the centre is not reached' },
  noTime: { blinks: 3, vi: '3 nháy: chưa có giờ tin cậy', en: '3: no trusted time' },
  refused: { blinks: 4, vi: '4 nháy: trung tâm từ chối hoặc thẻ sao chép', en: '4: refused by the centre, or a copied card' },
  fault: { blinks: 5, vi: '5 nháy: âm thanh, tăng âm hoặc màn hình lỗi', en: '5: sound, amplifier or screen failed' },
} as const satisfies Record<string, BoxSignal>;
