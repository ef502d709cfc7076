// A client that claims to be the box: with a certificate of somebody else, or with a copy of the box's own card.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { type Bed, makeBed, soon } from './bed.ts';

export interface Intruder {
  readonly refused: boolean;
  /** The box has taken its place back. */
  gone: boolean;
}

export async function intrude(bed: Bed, card: Bed): Promise<Intruder> {
  const identity = join(card.dataDir, 'identity');
  const client = mqtt.connect(`mqtts://127.0.0.1:${bed.centre.mqttPort}`, {
    ca: bed.centre.ca,
    cert: await readFile(join(identity, 'cert.pem')),
    key: await readFile(join(identity, 'key.pem')),
    clientId: 'box:loa-1',
    reconnectPeriod: 0,
    protocolVersion: 4,
  });
  const intruder = { refused: false, gone: false };
  let connected = false;
  client.on('error', () => undefined);
  client.on('connect', () => {
    connected = true;
  });
  client.on('close', () => {
    intruder.gone = true;
    client.end(true);
  });
  await soon('an answer of the broker', () => connected || intruder.gone, 5_000);
  intruder.refused = !connected;
  return intruder;
}

/** A card of another system altogether, for whoever has no better one. */
export function strangersCard(): Promise<Bed> {
  return makeBed({ cold: true });
}
