/**
 * How the page is built: into WAGGLE_EXPLORER_DIST if that is set, with addresses that are relative
 * to the page, so that it can be served from any folder.
 */

import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: process.env.WAGGLE_EXPLORER_DIST ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Everything in files of its own: the page forbids data: and inline things.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
  },
});
