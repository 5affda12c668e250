/** What is above every page: the way to the others, and how the connection to the node is. */

import { useId, useState } from 'preact/hooks';
import { duration, whole } from '../chain/numbers.ts';
import { line } from '../chain/text.ts';
import {
  address,
  connect,
  heads,
  identity,
  isAddress,
  isAddressForeign,
  retry,
  status,
  trouble,
} from '../state/link.ts';
import { route } from '../state/route.ts';
import { choose, type Theme, theme } from '../state/theme.ts';
import { Hex } from './Hex.tsx';
import { useNow } from './now.ts';
import { Line } from './Text.tsx';

const PAGES = [
  { href: '#/rounds', name: 'Rounds', pages: ['rounds', 'round'] },
  { href: '#/domains', name: 'Domains', pages: ['domains', 'domain', 'agent'] },
  { href: '#/audits', name: 'Audits', pages: ['audits', 'audit'] },
  { href: '#/ask', name: 'Ask', pages: ['ask'] },
  { href: '#/verify', name: 'Verify', pages: ['verify'] },
];

/** No block for so long is worth a word, in milliseconds. */
const QUIET_MS = 10_000;

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

/** `skip` takes who uses the keyboard past it. */
export function Header({ skip }: { skip: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  return (
    <header class="header">
      <button type="button" class="skip" onClick={skip}>
        Skip to the page
      </button>
      <div class="bar">
        <a class="mark" href="#/rounds" aria-label="Waggle: rounds">
          <Hex />
          <span>Waggle</span>
        </a>
        <nav aria-label="Pages">
          <ul class="pages">
            {PAGES.map(({ href, name, pages }) => (
              <li key={href}>
                <a
                  href={href}
                  {...(pages.includes(route.value.page) && { 'aria-current': 'page' as const })}
                >
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <button
          type="button"
          class="node"
          aria-expanded={isOpen}
          aria-controls={panel}
          onClick={() => setOpen(!isOpen)}
        >
          <State />
        </button>
        <button
          type="button"
          class="theme"
          aria-label={`Colours: ${theme.value}. Change to ${NEXT[theme.value]}`}
          onClick={() => choose(NEXT[theme.value])}
        >
          <ThemeMark of={theme.value} />
        </button>
      </div>
      <div id={panel} class="panel" hidden={!isOpen}>
        {isOpen && <NodePanel />}
      </div>
      <Notice />
    </header>
  );
}

/** The chain, its blocks, and how the connection is, in a few words. */
function State() {
  const now = heads.value;
  const name = identity.value?.name;
  const words = { live: 'live', away: 'away', connecting: 'connecting', misplaced: 'no node' };
  return (
    <>
      <span class={`light light-${status.value}`} aria-hidden="true" />
      <span class="chain-name">{name === undefined ? 'No chain yet' : <Line of={name} />}</span>
      <span class="visually-hidden">, {words[status.value]},</span>
      <span class="heads">
        <span>
          best <span class="number">{now ? whole(now.best.number) : '–'}</span>
        </span>
        <span>
          final <span class="number">{now ? whole(now.final.number) : '–'}</span>
        </span>
      </span>
    </>
  );
}

/** Which node it is, and the way to another one. */
function NodePanel() {
  const [text, setText] = useState(address.value);
  const [isWrong, setWrong] = useState(false);
  const field = useId();
  const fault = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const to = text.trim();
    setWrong(!isAddress(to));
    if (isAddress(to)) {
      const url = new URL(location.href);
      url.searchParams.set('rpc', to);
      history.replaceState(null, '', url);
      connect(to, false);
    }
  };
  return (
    <form class="node-form" onSubmit={submit} noValidate>
      <label for={field}>Address of the node</label>
      <div class="row">
        <input
          id={field}
          name="node"
          type="url"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          value={text}
          aria-invalid={isWrong}
          aria-describedby={fault}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" class="primary">
          Connect
        </button>
      </div>
      <p id={fault} class={isWrong ? 'fault' : 'hint'} role={isWrong ? 'alert' : undefined}>
        {isWrong
          ? 'An address begins with ws:// or wss://, as ws://127.0.0.1:9944.'
          : 'This page believes what this node says. Ask one that you trust.'}
      </p>
    </form>
  );
}

/** What somebody has to know of the connection: in a place of its own, told when it changes. */
function Notice() {
  const now = useNow(1_000);
  const seen = heads.value?.seen;
  let words: string | undefined;
  let isLost = false;
  if (status.value === 'misplaced') {
    words = `There is no node: ${trouble.value}.`;
    isLost = true;
  } else if (status.value === 'away') {
    isLost = true;
    words =
      seen === undefined
        ? `There is nothing from this node: ${line(trouble.value ?? '', 120)}. It is tried again.`
        : 'The node is away. What you see is as it was; the node is tried again and again.';
  } else if (status.value === 'live' && seen !== undefined && now - seen > QUIET_MS) {
    words = 'The node is there, and the chain makes no blocks.';
  } else if (isAddressForeign.value && status.value === 'live') {
    words = 'The link that led here chose the node. What you see is what that node says.';
  }
  return (
    <div class={isLost ? 'notice notice-lost' : 'notice'} hidden={words === undefined}>
      <span role="status">{words}</span>
      {seen !== undefined && isLost && (
        <span class="number" aria-hidden="true">
          Last block {duration(Math.max(0, now - seen))} ago.
        </span>
      )}
      {status.value === 'away' && (
        <button type="button" class="plain" onClick={retry}>
          Try now
        </button>
      )}
    </div>
  );
}

function ThemeMark({ of }: { of: Theme }) {
  return (
    <svg width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2" />
      {of === 'system' && <path d="M12 4a8 8 0 0 1 0 16Z" fill="currentColor" />}
      {of === 'dark' && <circle cx="12" cy="12" r="8" fill="currentColor" />}
    </svg>
  );
}
