/** Where the page begins: which node, and the frame around its pages. */

import { render } from 'preact';
import { App } from './App.tsx';
import { connect } from './state/link.ts';
import './style/base.css';
import './style/frame.css';
import './style/parts.css';
import './style/pages.css';

/** What the server of this page may say beside it. */
interface Config {
  rpc?: unknown;
}

/** How long the server may take to say it, in milliseconds. */
const CONFIG_MS = 3_000;

/** The node to ask: the link's, the server's, or the one on the machine that the page is from. */
async function begin(): Promise<void> {
  const named = new URL(location.href).searchParams.get('rpc');
  const configured = await configuredNode();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const usual = configured ?? `${scheme}://${location.hostname || '127.0.0.1'}:9944`;
  if (named === null) {
    connect(usual, false);
  } else {
    connect(named, named !== usual && !isHere(named));
  }
}

/** Whether an address is one of this very machine. */
function isHere(text: string): boolean {
  const host = URL.canParse(text) ? new URL(text).hostname : '';
  return ['127.0.0.1', 'localhost', '[::1]'].includes(host);
}

async function configuredNode(): Promise<string | undefined> {
  try {
    const reply = await fetch('./config.json', { signal: AbortSignal.timeout(CONFIG_MS) });
    const { rpc } = reply.ok ? ((await reply.json()) as Config) : {};
    return typeof rpc === 'string' ? rpc : undefined;
  } catch {
    // There need not be one.
    return undefined;
  }
}

const place = document.getElementById('app');
if (place) {
  render(<App />, place);
  void begin();
}
