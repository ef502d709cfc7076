// Which passwords are refused, and what is said.
import { describe, expect, test } from 'vitest';
import { judgePassword } from '../../controller/people/estimate.ts';
import { processorMs } from '../processor-ms.ts';

const own = ['chi-hoa', 'Trần Thị Hoa', 'xa-02536', 'Xã Sơn Dương', '08/02536', 'loa'];
const judged = async (password: string) => {
  const result = await judgePassword(password, own);
  return result.ok ? 'taken' : result.problem.code;
};

describe('a chosen password', () => {
  test.each([
    'matkhau123456',
    'mật khẩu của tôi',
    'xasonduong2026',
    'Xã Sơn Dương 2026',
    'tranthihoa1985',
    'anhyeuem123456',
    'ubndxasonduong',
    'passwordpassword',
    'aaaaaaaaaaaaaaaa',
    'qwertyuiop12345',
    '123456789012345',
    'loaphuong123456',
    'chi-hoa-chi-hoa-chi-hoa',
    'Vietnam@2026!!',
  ])('%s is refused', async (password) => {
    expect(await judged(password)).toBe('weak-password');
  });

  test.each(['trau-den-leo-cot-dien-7', 'muỗng giấy cầu vồng bản lề', 'Vq7#tW9!mZ2$kL', 'correct-rhubarb-tractor-lantern'])(
    '%s is taken',
    async (password) => {
      expect(await judged(password)).toBe('taken');
    },
  );

  test('is refused with why and what to do, in Vietnamese and in English', async () => {
    const result = await judgePassword('xasonduong2026', own);
    expect(result.ok || result.problem).toMatchObject({
      path: '/password',
      detail: expect.stringMatching(/Mật khẩu .* \/ It .*Hãy ghép .* \/ Join/),
    });
    expect(JSON.stringify(result)).not.toContain('xasonduong2026');
  });

  test('of the greatest length is judged in a moment', async () => {
    expect(await processorMs(() => judgePassword('aB3$'.repeat(64), own))).toBeLessThan(5_000);
  });
});
