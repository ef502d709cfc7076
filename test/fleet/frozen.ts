// Boxes that froze: connected, subscribed to all a box listens to, and reading nothing more.
import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import { boxFilters } from '../../schemas/topics.ts';
import type { FleetMember, FleetPlace } from '../bench/parts/fleet-box.ts';

export class FrozenBoxes {
  readonly #place: FleetPlace;
  readonly #filters: (dev: string) => string[];
  readonly #sockets: TLSSocket[] = [];

  constructor(place: FleetPlace, group: string, centre: string) {
    this.#place = place;
    this.#filters = (dev) => boxFilters(dev, [group], centre);
  }

  /** Resolves when each has subscribed and stopped reading. */
  async freeze(members: readonly FleetMember[]): Promise<void> {
    for (const member of members) await this.#freezeOne(member);
  }

  /** Still connected: the broker cuts one only when bytes wait for it too long. */
  get held(): number {
    return this.#sockets.filter((socket) => !socket.destroyed).length;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #freezeOne({ dev, cert, key }: FleetMember): Promise<void> {
    const { brokerUrl, ca } = this.#place;
    const { hostname, port } = new URL(brokerUrl);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), ca, cert, key });
      const packets = parser({ protocolVersion: 4 });
      this.#sockets.push(socket);
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => void packets.parse(chunk));
      socket.on('secureConnect', () =>
        socket.write(
          generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: `box:${dev}`, keepalive: 300 }),
        ),
      );
      packets.on('packet', ({ cmd }: Packet) => {
        const subscriptions = this.#filters(dev).map((topic) => ({ topic, qos: 1 as const }));
        if (cmd === 'connack') socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }));
        if (cmd !== 'suback') return;
        socket.pause();
        resolve();
      });
    });
  }
}
