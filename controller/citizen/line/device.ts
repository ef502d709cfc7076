// Who this phone is to the centre: a word that the centre made, kept here; and a proved telephone number while the proof lasts.
import type { DeviceAnswer, PhoneProofAnswer } from '../../../schemas/citizen-api.ts';
import { send } from './door.ts';
import { drop, keep, read } from './kept.ts';

/** The word of this installation; asked for once, when it is first needed. */
export async function ownDevice(): Promise<string> {
  const kept = await read<string>('chosen', 'device');
  if (kept !== undefined) return kept;
  const { device } = await send<DeviceAnswer>('POST', '/device', {});
  await keep('chosen', 'device', device);
  return device;
}

/** The proof of a number, while it lasts; `null`: none. */
export async function ownPhone(nowMs: number): Promise<string | null> {
  const kept = await read<PhoneProofAnswer>('chosen', 'phone');
  return kept && kept.untilMs > nowMs ? kept.phone : null;
}

export async function keepPhone(proof: PhoneProofAnswer): Promise<void> {
  await keep('chosen', 'phone', proof);
}

/** After everything was erased the phone is a stranger again. */
export async function forgetDevice(): Promise<void> {
  await Promise.all([drop('chosen', 'device'), drop('chosen', 'phone')]);
}
