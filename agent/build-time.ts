// When this program was built: no time lies before it. Zero where it runs from its sources.
declare const LOA_BUILD_MS: number | undefined;

export const buildMs: number = typeof LOA_BUILD_MS === 'number' ? LOA_BUILD_MS : 0;
