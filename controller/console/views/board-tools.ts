// In a board's row: a picture of it with its age, and dark or lit by hand, each with what became of it.
import type { BoxAnswer } from '../../../schemas/api.ts';
import type { BoardAnswer, CommandAnswer, CommandRequest } from '../../../schemas/board-api.ts';
import { send } from '../door.ts';
import { h } from '../element.ts';
import { agoWords } from '../words.ts';
import { tellProblem } from './view.ts';

const stateWords: Readonly<Record<CommandAnswer['state'], string>> = {
  sent: 'đã gửi, hộp chưa trả lời',
  lost: 'hộp không trả lời, lệnh đã hết hạn',
  done: 'xong',
  failed: 'không được',
  refused: 'hộp từ chối',
};

export function hasBoard(box: BoxAnswer): boolean {
  return box.outputs.some(({ kind }) => kind === 'board');
}

export function boardTools(box: BoxAnswer, { commands, picture }: BoardAnswer, mayAct: boolean, now: number): HTMLElement {
  const said = h('p', { class: 'soft', role: 'status' });
  const act = (label: string, command: CommandRequest) =>
    h(
      'button',
      {
        type: 'button',
        class: 'small',
        onclick: () => {
          said.textContent = 'Đang gửi…';
          send('POST', `/boxes/${box.id}/commands`, command)
            .then(() => {
              said.textContent = 'Đã gửi tới hộp.';
            })
            .catch((error: unknown) => tellProblem(said, error));
        },
      },
      label,
    );
  const [last] = commands;
  return h(
    'div',
    { class: 'board-tools' },
    picture &&
      h(
        'figure',
        {},
        h('img', {
          src: `/api/boxes/${box.id}/screenshot?${picture.sha256.slice(0, 16)}`,
          alt: `Ảnh màn hình ${box.name}`,
          width: 320,
          loading: 'lazy',
        }),
        h('figcaption', { class: 'soft' }, pictureWords(picture, now)),
      ),
    mayAct &&
      h(
        'div',
        { class: 'row' },
        act('Chụp màn hình', { do: 'screenshot' }),
        act('Tắt màn hình', { do: 'blank', on: true }),
        act('Bật màn hình', { do: 'blank', on: false }),
      ),
    said,
    last && h('p', { class: 'soft' }, lastWords(last, now)),
  );
}

function pictureWords({ takenMs, signed, nearlyBlack }: NonNullable<BoardAnswer['picture']>, now: number): string {
  const seen = !signed ? ' · hộp chưa xác nhận' : nearlyBlack ? ' · gần như đen' : '';
  return `Chụp ${agoWords(takenMs, now)}${seen}`;
}

function lastWords({ command, state, proof, givenMs, by, detail }: CommandAnswer, now: number): string {
  const what = command.do === 'screenshot' ? 'Chụp màn hình' : command.do === 'blank' && command.on ? 'Tắt màn hình' : 'Bật màn hình';
  const proven = proof === 'confirmed' ? ', màn hình đã xác nhận' : proof === 'sent' ? ', đã ra lệnh, màn hình chưa xác nhận' : '';
  const why = state === 'failed' || state === 'refused' ? ` (${detail})` : '';
  return `${what} (${by}, ${agoWords(givenMs, now)}): ${stateWords[state]}${proven}${why}`;
}
