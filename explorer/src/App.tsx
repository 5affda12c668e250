/** The frame: header, the page that the address names, and what is below. */

import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Agent } from './pages/Agent.tsx';
import { Ask } from './pages/Ask.tsx';
import { Audit } from './pages/Audit.tsx';
import { Audits } from './pages/Audits.tsx';
import { Domain } from './pages/Domain.tsx';
import { Domains } from './pages/Domains.tsx';
import { Round } from './pages/Round.tsx';
import { Rounds } from './pages/Rounds.tsx';
import { Verify } from './pages/Verify.tsx';
import { Header } from './parts/Header.tsx';
import { status } from './state/link.ts';
import { type Route, route, titleOf } from './state/route.ts';

export function App() {
  const main = useRef<HTMLElement>(null);
  useArrival(main);
  return (
    <>
      <Header skip={() => main.current?.focus()} />
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        class={status.value === 'away' ? 'stale' : undefined}
      >
        <Page of={route.value} />
      </main>
      <footer class="footer">
        <p>
          This page reads the chain itself, from the node above. Texts on it are what clients and
          agents wrote; nobody vouches for them.
        </p>
      </footer>
    </>
  );
}

function Page({ of }: { of: Route }) {
  switch (of.page) {
    case 'rounds':
      return <Rounds />;
    case 'round':
      return <Round key={of.id} id={of.id} />;
    case 'domains':
      return <Domains />;
    case 'domain':
      return <Domain key={of.id} id={of.id} />;
    case 'agent':
      return <Agent key={of.owner} owner={of.owner} />;
    case 'audits':
      return <Audits />;
    case 'audit':
      return <Audit key={of.id} id={of.id} />;
    case 'ask':
      return <Ask />;
    case 'verify':
      return <Verify />;
    case 'nowhere':
      return (
        <>
          <h1>No such page</h1>
          <p>
            {of.why ?? 'The address names nothing here.'} <a href="#/rounds">See the rounds.</a>
          </p>
        </>
      );
  }
}

/** Name the window after the page, and take who comes by a link to its top. */
function useArrival(main: { current: HTMLElement | null }): void {
  const isFirst = useRef(true);
  const byLink = useRef(false);
  useEffect(() => {
    const note = ({ target }: MouseEvent) => {
      const link = target instanceof Element ? target.closest('a[href^="#/"]') : null;
      byLink.current = link !== null;
    };
    addEventListener('click', note);
    return () => removeEventListener('click', note);
  }, []);
  useSignalEffect(() => {
    document.title = `${titleOf(route.value)} · Waggle`;
    if (!isFirst.current && byLink.current) {
      // Back and forth through the history, the browser knows where one was.
      scrollTo({ top: 0, behavior: 'instant' });
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
    byLink.current = false;
  });
}
