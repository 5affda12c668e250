/**
 * The built page, served as any server would, and browsers that look at it. Builds it into a
 * temporary folder, unless `WAGGLE_EXPLORER_DIST` says where it is.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CHROMIUM = process.env.WAGGLE_CHROMIUM ?? '/usr/bin/chromium';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Where the page is served, by what is said beside it. */
interface Site {
  url: string;
  stop: () => Promise<void>;
}

/** A page that somebody looks at, and what it complained of. */
export interface View {
  page: Page;
  context: BrowserContext;
  /** What the page said that it should not: errors, and what its policy forbids. */
  complaints: string[];
}

let built: Promise<{ folder: string; remove: () => Promise<void> }> | undefined;
let browser: Promise<Browser> | undefined;
const sites: Site[] = [];

/** End all browsers and servers of this process: for when all is done. */
export async function stopSites(): Promise<void> {
  const [open, made] = [browser, built];
  browser = undefined;
  built = undefined;
  await (await open)?.close();
  await Promise.all(sites.splice(0).map(({ stop }) => stop()));
  await (await made)?.remove();
}

async function buildOnce(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const given = process.env.WAGGLE_EXPLORER_DIST;
  if (given !== undefined) {
    return { folder: given, remove: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'waggle-explorer-'));
  await build({
    root: ROOT,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Serve the page. `config` is what the server says beside it, if anything. */
export async function serve(config?: object): Promise<string> {
  built ??= buildOnce();
  const { folder } = await built;
  const server: Server = createServer(async (request, reply) => {
    const path = normalize(new URL(request.url ?? '/', 'http://host').pathname);
    const name = path === '/' ? '/index.html' : path;
    try {
      const body =
        name === '/config.json' && config !== undefined
          ? JSON.stringify(config)
          : await readFile(join(folder, name));
      reply.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(body);
    } catch {
      reply.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${port}`;
  sites.push({ url, stop });
  return url;
}

/** Open a page in a browser of its own kind. */
export async function look(url: string, options: BrowserContextOptions = {}): Promise<View> {
  // As root, which containers are, Chromium has no sandbox to offer.
  browser ??= chromium.launch({
    executablePath: CHROMIUM,
    // A name that is this machine, for what concerns nodes elsewhere.
    args: ['--no-sandbox', '--host-resolver-rules=MAP node.example 127.0.0.1'],
  });
  const context = await (await browser).newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error}`));
  page.on('console', (message) => {
    // A node that is away, and a server without a config.json, are no faults of the page.
    if (message.type() === 'error' && !/WebSocket|config\.json|404/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(ws|blob|data):/.test(request.url())) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, context, complaints };
}

/** Where a page of the explorer is, reading this node. */
export function at(site: string, node: string, hash = '#/rounds'): string {
  return `${site}/?rpc=${encodeURIComponent(node)}${hash}`;
}
