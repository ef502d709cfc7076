// What a box reports of itself when all is well.

export function reportWith(outbox: { readonly epoch: string; readonly low: number; readonly high: number }): object {
  return {
    ...{ rev: 1, boot: 'b1', version: '1', hardware: { audioOut: 'x', board: 'x', display: 'x' }, wantRev: 1, offeredRev: 1 },
    ...{ clock: 'signed', outputs: [], cache: { bytes: 0, missing: 0 }, outbox, health: { state: 'ok', reasons: [] } },
  };
}
