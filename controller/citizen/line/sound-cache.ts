// Where chosen sounds lie on the phone; the page puts them there, the worker answers from it.
export const soundCache = 'loa-dan-sounds';
