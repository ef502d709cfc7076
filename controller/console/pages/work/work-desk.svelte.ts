// A technician's own repairs: the last list stays in the phone; what is done without a line waits there and is sent once.
import type { MyWorkAnswer } from '../../../../schemas/tickets.ts';
import { get, Refused, type ShownProblem, send } from '../../line/door.ts';
import { eventName } from '../../line/events.ts';
import { added, readQueue, readWork, type Waiting, type WorkAct, without } from './queue.ts';

const netMs = 15_000;

export class WorkDesk {
  work = $state.raw<readonly MyWorkAnswer[]>([]);
  queue = $state.raw<readonly Waiting[]>([]);
  /** When the list was answered, ms; undefined: never on this phone. */
  atMs = $state<number>();
  offline = $state(false);
  problem = $state.raw<ShownProblem>();
  /** By ticket: why the last act on it was refused. */
  refused = $state.raw<ReadonlyMap<string, ShownProblem>>(new Map());
  readonly #account: string;
  #place: string = '';
  #sending: Promise<void> = Promise.resolve();

  constructor(account: string) {
    this.#account = account;
    this.work = readWork(localStorage.getItem(this.#key('list')));
    this.queue = readQueue(localStorage.getItem(this.#key('queue')));
    const at = Number(localStorage.getItem(this.#key('at')) ?? Number.NaN);
    this.atMs = Number.isFinite(at) ? at : undefined;
  }

  open(): () => void {
    const soon = () => void this.refresh();
    const net = setInterval(soon, netMs);
    const names = [eventName('ticket'), eventName('fault')];
    for (const name of names) document.addEventListener(name, soon);
    addEventListener('online', soon);
    soon();
    return () => {
      clearInterval(net);
      for (const name of names) document.removeEventListener(name, soon);
      removeEventListener('online', soon);
    };
  }

  near(latitude: number, longitude: number): void {
    this.#place = `?lat=${latitude.toFixed(5)}&lon=${longitude.toFixed(5)}`;
    void this.refresh();
  }

  /** First what waits, then the list as the centre has it. */
  refresh(): Promise<void> {
    const turn = this.#sending.then(async () => {
      await this.#sendWaiting();
      try {
        this.work = await get<MyWorkAnswer[]>(`/my-work${this.#place}`);
        this.atMs = Date.now();
        this.offline = false;
        this.problem = undefined;
        localStorage.setItem(this.#key('list'), JSON.stringify(this.work));
        localStorage.setItem(this.#key('at'), String(this.atMs));
      } catch (error) {
        this.#cannot(error);
      }
    });
    this.#sending = turn.catch(() => undefined);
    return turn;
  }

  /** Kept first, then sent: a phone that dies in between loses nothing. */
  async act(act: WorkAct): Promise<void> {
    const next = added(this.queue, act, crypto.randomUUID());
    const kept = next !== undefined && this.#keep(next);
    if (!kept) {
      const full = { code: 'over-budget', title: '', detail: '', path: '', status: 0 };
      this.refused = new Map(this.refused).set(act.ticket, full);
      return;
    }
    this.refused = new Map([...this.refused].filter(([ticket]) => ticket !== act.ticket));
    await this.refresh();
  }

  async #sendWaiting(): Promise<void> {
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      try {
        await deliver(first);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (isAway(error.problem)) return this.#cannot(error);
        this.refused = new Map(this.refused).set(first.act.ticket, error.problem);
      }
      this.#keep(without(this.queue, first.key));
    }
  }

  #cannot(error: unknown): void {
    if (!(error instanceof Refused)) throw error;
    this.offline = isAway(error.problem);
    this.problem = this.offline ? undefined : error.problem;
  }

  #keep(queue: readonly Waiting[]): boolean {
    try {
      localStorage.setItem(this.#key('queue'), JSON.stringify(queue));
    } catch {
      return false;
    }
    this.queue = queue;
    return true;
  }

  #key(name: string): string {
    return `loa-work-${name}-${this.#account}`;
  }
}

/** No answer, a centre that starts, a session that ended: it is tried again, nothing is thrown away. */
function isAway({ status, code }: ShownProblem): boolean {
  return status === 0 || status >= 500 || status === 429 || code === 'not-signed-in' || code === 'factor-needed';
}

async function deliver({ key, act }: Waiting): Promise<void> {
  const path = `/tickets/${encodeURIComponent(act.ticket)}`;
  if (act.do === 'note') await send('POST', `${path}/note`, { note: act.note }, key);
  else if (act.do === 'photo') {
    // By its content: sent again it is the same picture.
    const { sha256 } = await send<{ readonly sha256: string }>('POST', '/photos', { picture: act.picture });
    await send('POST', `${path}/photos`, { when: act.when, sha256 }, key);
  } else await send('POST', `${path}/${act.do}`, undefined, key);
}
