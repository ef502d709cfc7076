// The officer's key in this browser, as a page follows it: none, waiting for the root holders, or able to sign.
import type { OfficerKeyAnswer } from '../../../schemas/order-api.ts';
import { get, Refused, type ShownProblem, send } from '../line/door.ts';
import { keyHere, makeKey, type OfficerKeyHere } from './officer-key.ts';

export class KeyKeeper {
  readonly #account: string;
  #here = $state.raw<OfficerKeyHere>();
  state = $state<'asking' | 'none' | 'waiting' | 'trusted'>('asking');
  problem = $state.raw<ShownProblem>();

  constructor(account: string) {
    this.#account = account;
  }

  /** The key, once it is known and trusted. */
  get key(): OfficerKeyHere | undefined {
    return this.state === 'trusted' ? this.#here : undefined;
  }

  get keyid(): string {
    return this.#here?.keyid ?? '';
  }

  async look(): Promise<void> {
    await this.#tried(async () => {
      const [here, keys] = await Promise.all([keyHere(this.#account), get<OfficerKeyAnswer[]>('/officer-keys')]);
      const known = keys.find(({ keyid }) => keyid === here?.keyid);
      this.#here = here;
      this.state = here && known ? known.state : 'none';
    });
  }

  async make(): Promise<void> {
    await this.#tried(async () => {
      const key = (await keyHere(this.#account)) ?? (await makeKey(this.#account));
      await send('POST', '/officer-keys', { publicKey: key.publicKey, label: navigator.platform.slice(0, 80) });
      await this.look();
    });
  }

  async #tried(work: () => Promise<void>): Promise<void> {
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problem = error.problem;
    }
  }
}
