// The head and foot of an official document on paper, as Decree 30/2020/NĐ-CP (annex I) lays them out. Pure.
import type { OfficialHead, Words } from '../../schemas/report-tables.ts';
import type { LocalDate } from '../../schemas/time.ts';

/** Kinds of units that a place is named without; numbers keep theirs ("Phường 1"). */
const kinds = /^(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu|thôn|bản|tổ dân phố)\s+(?!\d)/iu;

/** The place an organ writes from: the name of its unit alone. */
export function placeName(unit: string): string {
  return unit.replace(kinds, '');
}

/** "ngày 03 tháng 02 năm 2026": days below ten and the first two months have a nought before them. */
export function dateWords(date: LocalDate): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `ngày ${day} tháng ${Number(month) <= 2 ? month : Number(month)} năm ${year}`;
}

/** National name and motto at the right, organ and number at the left, then the name of the document. */
export function headHtml(
  { above, organ, place, date }: OfficialHead,
  title: Words,
  period: string,
  escaped: (text: string) => string,
): string {
  return `<header class="official"><div class="organ">${above === null ? '' : `<p>${escaped(above)}</p>`}<p class="name">${escaped(organ)}</p><p class="number">Số: ......../BC-........</p></div>
<div class="state"><p class="country">Cộng hòa xã hội chủ nghĩa Việt Nam</p><p class="motto">Độc lập - Tự do - Hạnh phúc</p><p class="placed">${escaped(place)}, ${dateWords(date)}</p></div></header>
<h1 class="official">Báo cáo</h1><p class="about">${escaped(title.vi)}</p><p class="period">${period}</p>`;
}

/** Places for names and seals; who signs for the organ stands at the right. */
export function signaturesHtml(): string {
  const signed = [
    ['Người lập', '(Ký, ghi rõ họ tên)'],
    ['Phụ trách', '(Ký, ghi rõ họ tên)'],
    ['Thủ trưởng đơn vị', '(Ký, đóng dấu, ghi rõ họ tên)'],
  ];
  return `<footer class="signatures">${signed.map(([who, how]) => `<div><p>${who}</p><small>${how}</small></div>`).join('')}</footer>`;
}

/** Black on white, in the type and the margins of the decree; the number of each page but the first stands above it. */
export const officialStyle = `
body{font-family:"Times New Roman",Tinos,"Liberation Serif",serif;color:#000}
header.official{display:flex;flex-wrap:wrap;justify-content:space-between;gap:12px 24px;text-align:center}
header.official>div{flex:1 1 300px}.organ p,.country{text-transform:uppercase}.organ .name,.country,.motto{font-weight:700}
.organ .name::after,.motto::after{content:"";display:block;border-bottom:1px solid;margin:3px auto 0}.organ .name::after{width:90px}.motto::after{width:190px}
.organ .number{text-transform:none;margin-top:8px}.placed{font-style:italic;margin-top:8px}
h1.official{font-size:20px;text-align:center;text-transform:uppercase;margin:20px 0 0}.about{font-weight:700}.about,.period{text-align:center;margin:2px 0}
footer.signatures{display:flex;flex-wrap:wrap;gap:90px 16px;justify-content:space-between;text-align:center;break-inside:avoid;margin:32px 0 96px}
.signatures div{flex:1 1 180px}.signatures p{margin:0;text-transform:uppercase}.signatures small{font-weight:400;font-style:italic}
@media print{header.official{flex-wrap:nowrap}header.official>div{flex:1 1 0}dl{grid-template-columns:repeat(3,1fr)}@page{size:A4 portrait;margin:20mm 15mm 20mm 30mm;@top-center{content:counter(page);font:13pt "Times New Roman",Tinos,serif}@bottom-center{content:none}}@page:first{@top-center{content:none}}}
`;
