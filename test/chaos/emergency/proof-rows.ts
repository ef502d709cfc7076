// Heard: told only where a microphone at the horn proves it, and never where it hears something else or there is none.
import { must, withBed } from './bed.ts';
import type { Row } from './row.ts';

/** What the box tells of an order that sounds three times, with this beside its horn. */
function heardWith(config: object, claimed: boolean): () => Promise<string> {
  return () =>
    withBed({ config }, async (bed) => {
      const fromMonoMs = await bed.give([bed.sign('o-1', { times: 3, sirenMs: 3_000, pauseMs: 300 })]);
      await bed.soundsAfter(fromMonoMs);
      await bed.waitTold('o-1', 'ended', 30_000);
      const heard = bed.told('o-1', 'heard');
      const receipt = bed.centre.facts.find((fact) => fact.kind === 'receipt' && fact.receipt.occurrence === 'o-1@main');
      const word = receipt?.kind === 'receipt' ? receipt.receipt.heard : undefined;
      must(heard.length === (claimed ? 1 : 0), `told as heard ${heard.length} times`);
      must((word === 'yes') === claimed, `receipt says heard: ${word}`);
      return claimed ? 'told once, receipt says heard' : 'nothing claimed';
    });
}

export const proofRows: readonly Row[] = [
  {
    name: 'heard-by-microphone',
    done: 'a microphone stands before the horn, over a street’s murmur',
    holds: 'heard is told once, the receipt says so',
    run: heardWith({ audioIn: { mic: { kind: 'simulated', hears: 'main' } }, proofs: { main: 'mic' } }, true),
  },
  {
    name: 'heard-elsewhere',
    done: 'the microphone hears voices, but not the horn',
    holds: 'nothing is claimed',
    run: heardWith({ audioIn: { mic: { kind: 'simulated' } }, proofs: { main: 'mic' } }, false),
  },
  { name: 'heard-without-sensor', done: 'no microphone is fitted', holds: 'nothing is claimed', run: heardWith({}, false) },
];
