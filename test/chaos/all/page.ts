// The table as a page: controller/docs/chaos.md is what this makes, word for word. Pure.
import type { Fault } from './fault.ts';

const head = `# Bảng sự cố / the table of faults

Mỗi dòng là một sự cố được gây ra thật, hành vi an toàn phải giữ, và những gì chứng minh. \`npm run chaos -- all\` chạy cả bảng và in kết quả; \`--only TÊN\` chạy một dòng. Một kiểm thử không có, bị bỏ qua hay không đạt thì dòng ấy không đạt.
Each line is a fault that is really caused, the behaviour that must hold, and what proves it. \`npm run chaos -- all\` runs the table and prints it; \`--only NAME\` runs one line. A test that is not there, is left out or fails makes its line fail. It wants root and libfaketime for clocks and disks of its own, and takes the better part of an hour on two slow cores.

Trang này do \`npm run chaos -- page\` viết ra; đừng sửa bằng tay.
This page is written by \`npm run chaos -- page\`; do not edit it by hand.

| | Sự cố / fault | Gây ra thế nào / how | Hành vi an toàn / safe behaviour | Chứng minh / proofs |
|---|---|---|---|---|
`;

const cell = (text: string) => text.replaceAll('|', '\\|');

export function pageOf(faults: readonly Fault[]): string {
  const lines = faults.map(
    ({ name, fault, how, holds, proofs }) =>
      `| \`${name}\` | ${cell(fault.vi)}. *${cell(fault.en)}* | ${cell(how)} | ${cell(holds.vi)}. *${cell(holds.en)}* | ${proofs
        .map((proof) => `\`${proof}\``)
        .join(' · ')} |`,
  );
  return `${head}${lines.join('\n')}\n`;
}
