// Counts what the people's door answered and how long it took; by method and code, never by person, address or path.
import { type Family, histogramSamples } from '../schemas/metrics-text.ts';

const boundsS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Others are counted together: whoever asks in strange words makes no new line. */
const methods = new Set(['GET', 'POST', 'PUT', 'DELETE', 'HEAD']);

export class HttpMeter {
  readonly #answers = new Map<string, number>();
  readonly #steps = boundsS.map(() => 0).concat(0);
  #sumS = 0;

  answered(method: string, status: number, tookMs: number): void {
    const key = `${methods.has(method) ? method : 'other'} ${status}`;
    this.#answers.set(key, (this.#answers.get(key) ?? 0) + 1);
    const seconds = tookMs / 1000;
    const step = boundsS.findIndex((bound) => seconds <= bound);
    const at = step < 0 ? boundsS.length : step;
    this.#steps[at] = (this.#steps[at] ?? 0) + 1;
    this.#sumS += seconds;
  }

  families(): Family[] {
    const answers = [...this.#answers].sort().map(([key, value]) => {
      const [method = '', code = ''] = key.split(' ');
      return { labels: { method, code }, value };
    });
    return [
      { name: 'loa_http_answers_total', kind: 'counter', help: 'Answers of the people’s door.', samples: answers },
      {
        ...{ name: 'loa_http_answer_seconds', kind: 'histogram', help: 'Time to answer.' },
        samples: histogramSamples(boundsS, this.#steps, this.#sumS),
      },
    ];
  }
}
