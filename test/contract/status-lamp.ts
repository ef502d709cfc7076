// What every lamp on a case promises.
import { expect, test } from 'vitest';
import type { StatusLamp } from '../../hardware/status-lamp.ts';

export interface LampBench {
  readonly lamp: StatusLamp;
  /** What a person would see. */
  lit(): Promise<boolean>;
}

export function promiseStatusLamp(make: () => Promise<LampBench>): void {
  test('it is dark when it was taken over, and obeys each word', async () => {
    const { lamp, lit } = await make();
    expect(await lamp.start()).toEqual({ ok: true, value: undefined });
    expect(await lit()).toBe(false);
    for (const on of [true, true, false, true]) {
      expect(await lamp.light(on)).toEqual({});
      expect(await lit()).toBe(on);
    }
    await lamp.stop();
  });

  test('after its end it is dark and stays so', async () => {
    const { lamp, lit } = await make();
    await lamp.start();
    await lamp.light(true);
    await lamp.stop();
    expect(await lit()).toBe(false);
    expect((await lamp.light(true)).problem).toMatchObject({ code: 'not-found' });
    expect(await lit()).toBe(false);
    expect(await lamp.light(false)).toEqual({});
  });

  test('it may be taken over again', async () => {
    const { lamp, lit } = await make();
    await lamp.start();
    await lamp.stop();
    expect((await lamp.start()).ok).toBe(true);
    await lamp.light(true);
    expect(await lit()).toBe(true);
    await lamp.stop();
  });
}
