/**
 * How the page is built: into WAGGLE_EXPLORER_DIST if that is set, with addresses that are relative
 * to the page, so that it can be served from any folder. The verifier of receipts is
 * WAGGLE_RECEIPT_VERIFIER, or where ./scripts/explorer builds it.
 */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const CACHE = process.env.WAGGLE_CACHE ?? join(homedir(), '.cache', 'waggle');
const VERIFIER =
  process.env.WAGGLE_RECEIPT_VERIFIER ??
  join(CACHE, 'target-receipt', 'wasm32v1-none', 'release', 'waggle_receipt_wasm.wasm');

export default defineConfig({
  base: './',
  resolve: { alias: [{ find: /^receipt-verifier\.wasm/, replacement: VERIFIER }] },
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
