// What the stories of source information share: a centre over two communes, its people, and how they sign in and turn pages.
import type { Browser } from 'playwright-core';
import { type District, password, startDistrict } from '../wire/district.ts';
import { Operator } from '../wire/operator.ts';
import { signIn } from './night.ts';
import { Visitor } from './visitor.ts';

const zone = 'Asia/Ho_Chi_Minh';
const area = '08';
const unit = (id: string, parent: string | null, level: string, name: string, place: string) => ({
  ...{ id, parent, level, name, area: place, kind: level, code: null },
});

export const hostile = '<img src=x onerror=alert(1)>';
const seed = {
  centre: { id: 'tuyen-quang', name: 'Tỉnh Tuyên Quang', level: 'province', area, zone },
  units: [
    unit('tinh', null, 'province', 'Tỉnh Tuyên Quang', area),
    unit('son-duong', 'tinh', 'commune', 'Xã Sơn Dương', '08/02536'),
    unit('thon-1', 'son-duong', 'hamlet', `Thôn 1 ${hostile}`, '08/02536/thon-1'),
    unit('tan-trao', 'tinh', 'commune', 'Xã Tân Trào', '08/02545'),
  ],
  groups: ['toan-tinh', 'son-duong', 'tan-trao', 'thon-1'].map((id) => ({ id, name: id })),
  accounts: [
    { account: 'can-bo-van-hoa', title: 'Cán bộ văn hóa', roles: ['author'] },
    { account: 'lanh-dao-duyet', title: 'Lãnh đạo duyệt', roles: ['approver', 'scheduler', 'technician', 'administrator'] },
    { account: 'truc-ban-1', title: 'Trực ban', roles: ['duty'] },
    { account: 'pho-phong', title: 'Phó phòng', roles: ['leader'] },
    { account: 'xa-son-duong', title: 'Văn hóa xã Sơn Dương', roles: ['author', 'scheduler'], area: '08/02536' },
    { account: 'xa-tan-trao', title: 'Văn hóa xã Tân Trào', roles: ['author', 'scheduler'], area: '08/02545' },
    { account: 'chu-tich-tan-trao', title: 'Chủ tịch xã Tân Trào', roles: ['leader'], area: '08/02545' },
  ].map((account) => ({ ...account, password })),
};

export function startProvince(): Promise<District> {
  return startDistrict({}, seed);
}

/** Somebody by REST. */
export function operator(district: District, account: string): Promise<Operator> {
  return new Operator(district.console).signIn(account, password);
}

/** Somebody with a window of the console. */
export async function person(
  browser: Browser,
  district: District,
  account: string,
  { room, excused = [] }: { readonly room: string; readonly excused?: readonly RegExp[] },
): Promise<Visitor> {
  const visitor = await Visitor.arrive(browser, room, excused);
  await signIn(visitor.page, district.console, account);
  return visitor;
}

/** What a field of date and time takes. */
export function wall(ms: number): string {
  return new Date(ms + 7 * 3600_000).toISOString().slice(0, 16);
}
