// Bytes of a client at the broker's door: the verdict never depends on how the network cut them, whatever passes is read by the parser
// behind it packet for packet, and no right follows from an odd topic.
import mqttPacket, { type Packet } from 'mqtt-packet';
import { may, mayRetain } from '../../broker/access.ts';
import { brokerLimits } from '../../broker/limits.ts';
import { PacketChecker } from '../../broker/packet-checker.ts';
import { buildTopic, parseTopic } from '../../schemas/topics.ts';
import { holds, judged, modeOf } from './judged.ts';

const limits = {
  connectBytesMax: 1_024,
  laterBytesMax: 4_096,
  topicBytesMax: brokerLimits.topicBytesMax,
  topicLevelsMax: brokerLimits.topicLevelsMax,
  filtersMax: 8,
};
const connect = mqttPacket.generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'box:b1',
  keepalive: 60,
});

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    // Most of what is worth trying comes behind a CONNECT.
    stream(mode === 0 ? Buffer.from(rest) : Buffer.concat([connect, rest]), mode === 3 ? 1 : 2 + (rest[0] ?? 0));
  });
}

function stream(bytes: Buffer, step: number): void {
  const whole = new PacketChecker(limits);
  const verdict = whole.feed(bytes);
  const pieces = new PacketChecker(limits);
  let last = pieces.feed(bytes.subarray(0, 0));
  for (let at = 0; at < bytes.length && last === 'fits'; at += step) last = pieces.feed(bytes.subarray(at, at + step));
  holds(last === verdict, `cut into pieces of ${step} bytes it is ${last}, whole ${verdict}`);
  if (verdict === 'fits') parsed(bytes, whole);
}

function parsed(bytes: Buffer, { packets, between }: PacketChecker): void {
  const read: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet: Packet) => read.push(packet));
  // What has not come whole is not yet judged, or by its head alone.
  parser.on('error', (error: Error) => holds(!between, `passed the checker, not the parser: ${error.message}`));
  parser.parse(bytes);
  if (between) holds(read.length === packets, `${packets} packets checked, ${read.length} read`);
  for (const packet of read) {
    if (packet.cmd === 'publish') topic(packet.topic, 'publish');
    if (packet.cmd === 'subscribe') for (const { topic: filter } of packet.subscriptions) topic(filter, 'subscribe');
  }
}

function topic(text: string, verb: 'publish' | 'subscribe'): void {
  const meaning = parseTopic(text);
  holds(meaning === undefined || buildTopic(meaning) === text, 'a topic means another topic');
  if (meaning) mayRetain(meaning);
  const box = may({ kind: 'box', id: 'b1' } as never, verb, text, 'xa').ok;
  if (box && verb === 'publish') holds(text.startsWith('loa/1/d/b1/up/'), `a box may publish ${text}`);
  if (box && verb === 'subscribe') holds(!/[+#]/.test(text) && !text.includes('/up/'), `a box may read ${text}`);
  const owner = may({ kind: 'centre', id: 'xa' } as never, verb, text, 'xa').ok;
  if (owner && verb === 'publish') holds(meaning !== undefined && !text.includes('/up/'), `a centre may publish ${text}`);
}
