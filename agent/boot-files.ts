// What lies on the boot partition, where every laptop can read it: the claim that goes in, and in plain words why the box is not enrolled yet.
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../hardware/host/files.ts';
import { parseJson } from '../schemas/parse.ts';
import { type Problem, problemKinds, type Result } from '../schemas/problems.ts';
import { Claim } from './identity.ts';

export const claimName = 'loa-claim.json';
export const statusName = 'loa-status.txt';
const claimBytesMax = 64 * 1024;

export type BootStatus =
  | { readonly is: 'no-claim'; readonly retired: boolean }
  | { readonly is: 'broken'; readonly dev: string; readonly problem: Problem }
  | { readonly is: 'claim-wrong'; readonly problem: Problem }
  | { readonly is: 'trying'; readonly dev: string; readonly problem: Problem }
  | { readonly is: 'refused'; readonly dev: string; readonly problem: Problem }
  | { readonly is: 'enrolled'; readonly dev: string }
  | { readonly is: 'copy'; readonly dev: string }
  | { readonly is: 'retired'; readonly dev: string };

export class BootFiles {
  readonly #dir: string;
  readonly #own: string;
  #written: string | undefined;

  /** `own`: where the system lays a claim (package: take-claim) and the words go where the box's user may not write the partition. */
  constructor(dir: string, own: string) {
    this.#dir = dir;
    this.#own = own;
  }

  /** The text of a claim that still holds its secret. */
  async claimText(): Promise<string | undefined> {
    return (await this.#claimIn(this.#dir)) ?? this.#claimIn(this.#own);
  }

  async #claimIn(dir: string): Promise<string | undefined> {
    const file = join(dir, claimName);
    const about = await stat(file).catch(() => undefined);
    if (!about?.isFile() || about.size > claimBytesMax) return undefined;
    const text = (await readFile(file, 'utf8').catch(() => '')).replace(/^\ufeff/, '');
    return text === '' || isEmptied(text) ? undefined : text;
  }

  readClaim(text: string): Result<Claim> {
    return parseJson(Claim, text);
  }

  /** The secret has done its work: only what is no secret stays, so that a reader sees whose card it is. False: it could not be removed. */
  async emptyClaim({ dev }: Pick<Claim, 'dev'>): Promise<boolean> {
    const left = { dev, used: true, note: 'Đã kích hoạt, mã đã xóa · enrolled, the token was removed' };
    await rm(join(this.#own, claimName), { force: true }).catch(() => undefined);
    if ((await this.#claimIn(this.#dir)) === undefined) return true;
    return writes(join(this.#dir, claimName), `${JSON.stringify(left, null, 1)}\n`, 0o600);
  }

  /** Written when it changes, and only where there is a boot partition. */
  async tell(status: BootStatus): Promise<void> {
    const text = statusText(status);
    if (text === this.#written || !(await stat(this.#dir).catch(() => undefined))?.isDirectory()) return;
    if ((await writes(join(this.#dir, statusName), text, 0o644)) || (await writes(join(this.#own, statusName), text, 0o644)))
      this.#written = text;
  }
}

function writes(file: string, text: string, mode: number): Promise<boolean> {
  return writeFileAtomic(file, text, mode).then(
    () => true,
    () => false,
  );
}

function isEmptied(text: string): boolean {
  try {
    return (JSON.parse(text) as { used?: unknown } | null)?.used === true;
  } catch {
    return false;
  }
}

/** For a technician with a laptop: what is so, why, what to do. Vietnamese first; lines end as Notepad wants them. */
export function statusText(status: BootStatus): string {
  const [vi, en] = wordsOf(status);
  const lines = ['Loa: tình trạng kích hoạt hộp', '', ...vi, '', '---', 'Loa: enrolment of this box', '', ...en, ''];
  return `\ufeff${lines.join('\r\n')}`;
}

type Said = readonly [vi: readonly string[], en: readonly string[]];
type Words = { readonly [K in BootStatus['is']]: (status: Extract<BootStatus, { readonly is: K }>) => Said };

function wordsOf(status: BootStatus): Said {
  const say = words[status.is] as (status: BootStatus) => Said;
  return say(status);
}

const words: Words = {
  'no-claim': ({ retired }) => [
    [
      retired ? 'Hộp đã được thu hồi khỏi hệ thống, khóa đã xóa; hộp im lặng.' : 'CHƯA KÍCH HOẠT: chưa có mã kích hoạt.',
      `Việc cần làm: tải tệp ${claimName} từ trang Hộp của trung tâm, chép vào phân vùng này rồi cắm lại thẻ.`,
    ],
    [
      retired ? 'This box was taken out of service and its keys were removed; it is silent.' : 'NOT ENROLLED: there is no claim yet.',
      `To do: download ${claimName} from the centre's page of boxes, copy it to this partition, put the card back.`,
    ],
  ],
  broken: ({ dev, problem }) => [
    [
      `HỎNG DỮ LIỆU KÍCH HOẠT: khóa hoặc chứng thư của ${dev} trên thẻ không đọc được; hộp im lặng.`,
      `Việc cần làm: tạo mã kích hoạt mới cho ${dev} và chép tệp ${claimName} vào đây.`,
      `Chi tiết: ${problem.detail}`,
    ],
    [
      `DAMAGED IDENTITY: keys or certificate of ${dev} cannot be read from the card; the box is silent.`,
      `To do: make a new claim for ${dev} and copy ${claimName} here.`,
      `Detail: ${problem.detail}`,
    ],
  ],
  'claim-wrong': ({ problem }) => [
    [`CHƯA KÍCH HOẠT: tệp ${claimName} không đọc được (${problem.path || 'JSON'}).`, 'Việc cần làm: tải lại tệp từ trung tâm, không sửa.'],
    [
      `NOT ENROLLED: ${claimName} cannot be read (${problem.path || 'JSON'}).`,
      'To do: download it again from the centre and do not edit it.',
    ],
  ],
  trying: ({ dev, problem }) => [
    [
      `CHƯA KÍCH HOẠT ${dev}: chưa gặp được trung tâm; hộp tự thử lại.`,
      'Việc cần làm: kiểm tra dây mạng, Wi-Fi hoặc SIM; không cần cắm lại thẻ.',
      `Chi tiết: ${problem.detail}`,
    ],
    [
      `NOT ENROLLED ${dev}: the centre cannot be reached; the box keeps trying.`,
      'To do: check the cable, Wi-Fi or SIM; the card may stay in.',
      `Detail: ${problem.detail}`,
    ],
  ],
  refused: ({ dev, problem }) => [
    [
      `CHƯA KÍCH HOẠT ${dev}: trung tâm từ chối: ${problemKinds[problem.code].vi}.`,
      'Việc cần làm: tạo mã kích hoạt mới ở trung tâm và chép lại tệp.',
    ],
    [
      `NOT ENROLLED ${dev}: the centre refused: ${problemKinds[problem.code].en}.`,
      'To do: make a new claim at the centre and copy its file here.',
      `Detail: ${problem.detail}`,
    ],
  ],
  enrolled: ({ dev }) => [
    [`ĐÃ KÍCH HOẠT: ${dev}.`, 'Không cần làm gì thêm.'],
    [`ENROLLED: ${dev}.`, 'Nothing is left to do.'],
  ],
  copy: ({ dev }) => [
    [
      `THẺ SAO CHÉP: thẻ này thuộc hộp ${dev} trên máy khác. Hộp vẫn phát lịch đã lưu nhưng không kết nối trung tâm.`,
      `Việc cần làm: nếu thay máy, tạo mã kích hoạt mới cho ${dev} và chép tệp ${claimName} vào đây.`,
    ],
    [
      `COPIED CARD: this card belongs to ${dev} on another machine. The cached schedule plays on; the box does not join the centre.`,
      `To do: if the machine was replaced, make a new claim for ${dev} and copy ${claimName} here.`,
    ],
  ],
  retired: ({ dev }) => [
    [`ĐÃ THU HỒI: ${dev} không còn thuộc trung tâm; khóa đã xóa, hộp im lặng.`, 'Việc cần làm: không; dùng lại thì kích hoạt bằng mã mới.'],
    [
      `OUT OF SERVICE: ${dev} was taken out by its centre; keys removed, the box is silent.`,
      'To do: nothing; a new claim makes it a box again.',
    ],
  ],
};
