// Why the box is silent, in one plain sentence; the first thing field staff ask. Pure.

import type { PolicyRule } from '../../schemas/policy.ts';
import type { Moment } from '../../schemas/time.ts';
import { trusted } from '../../schemas/time.ts';
import type { State } from '../core/model.ts';

export interface Sentence {
  readonly code: string;
  readonly vi: string;
  readonly en: string;
}

const rules: Record<PolicyRule, { readonly vi: string; readonly en: string }> = {
  'not-approved': { vi: 'chưa được duyệt trước giờ phát 30 phút', en: 'nobody approved it 30 minutes before' },
  'outside-window': { vi: 'ngoài khung giờ được phép', en: 'outside the allowed hours' },
  'quiet-hours': { vi: 'rơi vào giờ yên tĩnh', en: 'within quiet hours' },
  'session-too-long': { vi: 'buổi phát quá dài', en: 'the session is too long' },
  'too-many-sessions': { vi: 'quá số buổi trong ngày', en: 'too many sessions in a day' },
  'day-limit': { vi: 'quá số phút trong ngày', en: 'over the minutes of the day' },
};

/** Null while something plays. `localTime` writes an instant as people of the place read it. */
export function whySilent(state: State, now: Moment, localTime: (ms: number) => string): Sentence | null {
  const { kept, live } = state;
  const outputs = Object.values(live.outputs);
  if (outputs.some((output) => output.player.is === 'playing')) return null;
  if (kept.service) return inService(kept.service.ending);
  const failed = outputs.find((output) => !output.working);
  if (failed)
    return say(
      'output-failed',
      `Thiết bị “${failed.id}” đang lỗi, hộp đang thử mở lại.`,
      `Output “${failed.id}” has failed; the box keeps trying to open it.`,
    );
  const amplifier = outputs.find((output) => output.amplifier.is === 'failed');
  if (amplifier)
    return say('amplifier-failed', `Âm ly của “${amplifier.id}” không phản hồi.`, `The amplifier of “${amplifier.id}” does not answer.`);
  if (kept.muted)
    return (live.plan?.policy.emergencyOverridesMute ?? true)
      ? say('muted', 'Hộp đang được tắt tiếng tại chỗ; lệnh khẩn cấp vẫn phát.', 'The box is muted here; emergency orders still sound.')
      : say('muted', 'Hộp đang được tắt tiếng tại chỗ, kể cả lệnh khẩn cấp.', 'The box is muted here, emergency orders included.');
  if (!live.mains.present && live.plan?.policy.onBattery !== 'play')
    return say('on-battery', 'Mất điện lưới: chỉ lệnh khẩn cấp được phát.', 'The mains are away: only emergency orders sound.');
  if (!trusted(now.quality))
    return say(
      'no-time',
      'Chưa có giờ tin cậy nên chưa phát theo lịch; hộp đang hỏi giờ trung tâm.',
      'No trusted time yet, so nothing scheduled plays; the box is asking the centre.',
    );
  if (live.wantProblem && !live.plan)
    return say('plan-refused', 'Lịch phát nhận được không hợp lệ nên không dùng.', 'The schedule received is not valid and is not used.');
  if (!live.plan) {
    return kept.want.offered
      ? say('plan-loading', 'Đang tải lịch phát từ trung tâm.', 'The schedule is being fetched from the centre.')
      : say('no-plan', 'Chưa nhận được lịch phát nào từ trung tâm.', 'No schedule has come from the centre yet.');
  }
  return fromAgenda(state, now, localTime);
}

function inService(ending: boolean): Sentence {
  return ending
    ? say(
        'service-ending',
        'Sắp hết bảo trì: loa đếm ngược rồi có tiếng trở lại.',
        'Service ends: the horn counts down, then sound is back.',
      )
    : say(
        'service',
        'Đang bảo trì: có người ở loa, không phát gì cả, kể cả lệnh khẩn cấp.',
        'In service: a person is at the horn; nothing sounds, orders included.',
      );
}

function fromAgenda({ live }: State, now: Moment, localTime: (ms: number) => string): Sentence {
  const occurrences = live.agenda?.occurrences ?? [];
  const due = occurrences.find(({ startMs, endMs }) => startMs <= now.wallMs && now.wallMs < endMs);
  if (due?.refused) {
    const rule = rules[due.refused];
    return say('refused', `“${due.title}” không được phát vì ${rule.vi}.`, `“${due.title}” may not play: ${rule.en}.`);
  }
  if (due && live.cache.known && due.items.some(({ sha256 }) => !live.cache.has.has(sha256)))
    return say('not-cached', `Đang chờ tải tệp của “${due.title}”.`, `Waiting for the files of “${due.title}”.`);
  const next = occurrences.find(({ startMs, refused }) => startMs > now.wallMs && refused === null);
  if (next) {
    const at = localTime(next.startMs);
    return say('not-yet', `Chưa đến giờ. Chương trình tới: “${next.title}” lúc ${at}.`, `Nothing is due. Next: “${next.title}” at ${at}.`);
  }
  return say('nothing-planned', 'Không có chương trình nào trong lịch sắp tới.', 'Nothing is planned in the coming days.');
}

function say(code: string, vi: string, en: string): Sentence {
  return { code, vi, en };
}
