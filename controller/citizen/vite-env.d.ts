// What Vite and Svelte add to modules.
/// <reference types="svelte" />
/// <reference types="vite/client" />
