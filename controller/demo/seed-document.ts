// The seed of the demo centre: units, people with today's passwords, policy. What `controller init` reads from standard input.
import { type DemoAccount, readRaw } from './demo-texts.ts';
import { zone } from './welcome-plan.ts';

export const centre = { id: 'xa-02536', name: 'Xã Sơn Dương', level: 'commune', area: '08/02536', zone } as const;

const groups = [
  { id: 'xa-02536', name: 'Toàn xã Sơn Dương' },
  { id: 'thon-1', name: 'Thôn 1 (Đồng Chè)' },
  { id: 'thon-2', name: 'Thôn 2 (Suối Trong)' },
  { id: 'bang-tin', name: 'Bảng tin điện tử' },
];

export function seedDocument(accounts: readonly DemoAccount[], passwords: ReadonlyMap<string, string>): unknown {
  return {
    demo: true,
    centre,
    units: readRaw('units.json'),
    accounts: accounts.map(({ account, title, roles, area }) => ({
      account,
      title,
      grants: roles.map((role) => ({ role, area })),
      password: passwords.get(account),
    })),
    groups,
    policy: readRaw('policy.json'),
  };
}
