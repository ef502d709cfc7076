// How printed labels look: A4, two in a row, never cut by the end of a page.

export const labelPaper = `
@page { size: A4; margin: 10mm }
body { margin: 0; font: 9pt sans-serif; color: #000; background: #fff }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 4mm }
article { border: 1px dashed #888; border-radius: 2mm; padding: 3mm; break-inside: avoid; overflow-wrap: anywhere }
header { display: grid; gap: 0.5mm }
.code { font-size: 13pt; letter-spacing: 0.08em }
.codes { display: flex; gap: 4mm; margin: 2mm 0 }
figure { margin: 0; width: 30mm; text-align: center; font-size: 7pt }
svg { display: block; width: 30mm; height: 30mm }
ul { margin: 0; padding-left: 4mm; font-size: 7pt }
i { color: #444 }
`;
