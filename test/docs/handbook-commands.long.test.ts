// The commands of the handbook, run in the order of their pages on real programs: a centre from its seed to its restored backup, a box
// from its claim to its label. Releases, the centre above and a broker of its own take longer: handbook.long.test.ts follows the whole page.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, follow, followAdministrator, followTechnician, leave, missing, saidBy, withinMs } from './page-run.ts';
import { Shell } from './shell.ts';

const longer = ['nâng-cấp-hộp', 'nối-với-trung-tâm-trên', 'máy-chủ-chuyển-tin-và-mở-rộng'];
/** Those of pages that failed, too. */
const begun: Shell[] = [];
afterAll(() => leave(begun));

// Two machines, two people: each page is followed by itself.
describe.skipIf(missing).concurrent(`pages that are followed [needs ${missing ?? 'bash'}]`, () => {
  test('the administrator’s: a centre, its keys, its people, its backup and the way back', { timeout: withinMs }, async () => {
    const all = blocksOf('administrator');
    for (const section of longer) expect(all.map((block) => block.section)).toContain(section);
    const { shell, followed } = await followAdministrator(
      all.filter(({ section }) => !longer.includes(section)),
      begun,
    );
    expect(saidBy(followed, 'people reset')).toMatch(/https:\/\/xa\.example\/invite#token=\S+/);
    expect(saidBy(followed, 'keys install')).toContain('release');
    expect(saidBy(followed, 'backup verify')).toContain('Nguyên vẹn');
    expect(saidBy(followed, 'loa-controller restore')).toContain('Đã khôi phục');
    expect(saidBy(followed, '--known')).toContain('Chuỗi nguyên vẹn');
    expect(saidBy(followed, '/metrics')).toContain('loa_boxes{state="registered"} 0');
    expect(readdirSync(join(shell.dir, 'data'))).not.toContain('root-keys');
    // Phrases and tokens that passed through hands are in no log.
    expect(shell.log).not.toMatch(/cau-cua-nguoi|token=/);
  });

  test('the technician’s: one box enrolled by hand, two more prepared', { timeout: withinMs }, async () => {
    const { shell, followed } = await followTechnician(blocksOf('technician'), begun);
    expect(saidBy(followed, 'loa-agent label')).toContain('WIFI:');
    expect(saidBy(followed, 'box new').split('\n')).toEqual(expect.arrayContaining(['install.txt', 'loa-claim.json', 'user-data']));
    expect(readdirSync(join(shell.dir, 'papers')).sort()).toEqual(['hop-8', 'hop-9', 'labels.html']);
    expect(JSON.parse(readFileSync(join(shell.dir, 'papers/hop-9/loa-claim.json'), 'utf8'))).toMatchObject({ dev: 'hop-9' });
  });
});

describe.skipIf(missing)(`a page with a mistake [needs ${missing ?? 'bash'}]`, () => {
  test('stops at the command that fails and names its line', { timeout: withinMs }, async () => {
    const shell = new Shell(mkdtempSync(join(tmpdir(), 'loa-handbook-mistakes-')), {});
    begun.push(shell);
    const block = { language: 'sh', mark: '', section: '', line: 7 };
    await expect(follow(shell, [{ ...block, text: 'loa-controller keys shwo | cat' }])).rejects.toThrow('line 7');
    await expect(follow(shell, [{ ...block, text: 'systemctl start loa-nothing\ntrue' }])).rejects.toThrow('could not be found');
    await expect(follow(shell, [{ ...block, text: 'echo "$NOBODY_SET_THIS"' }])).rejects.toThrow('unbound variable');
  });
});
