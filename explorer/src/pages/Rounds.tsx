/** The rounds: those that run, phase by phase, and all that the chain still knows, newest first. */

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { whole } from '../chain/numbers.ts';
import { stageOf } from '../chain/stage.ts';
import { PromptLine } from '../parts/Prompt.tsx';
import { Line } from '../parts/Text.tsx';
import { TimeLeft, Track } from '../parts/Track.tsx';
import { useNarrow, useRange } from '../parts/Windowed.tsx';
import { Ago, Nothing, StagePill, Wag, Waiting } from '../parts/words.tsx';
import { heads, session } from '../state/link.ts';
import { count, type Entry, entry, look, running } from '../state/rounds.ts';

/** Running rounds that are shown with their phases; the list has the others. */
const MOST_CARDS = 6;
/** Rounds that are listed: the newest ones. */
const MOST_LISTED = 10_000;
/** How high a row is, as the style has it. */
const ROW = { wide: 60, narrow: 88 };

export function Rounds() {
  return (
    <>
      <div class="title-row">
        <h1>Rounds</h1>
        <Jump />
      </div>
      <Running />
      <List />
    </>
  );
}

/** A field for the number of a round. */
function Jump() {
  const [text, setText] = useState('');
  const field = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    if (/^\d{1,15}$/.test(text.trim())) {
      location.hash = `#/rounds/${Number(text)}`;
    }
  };
  return (
    <form class="jump" onSubmit={submit}>
      <label for={field}>Go to round</label>
      <input
        id={field}
        name="round"
        inputMode="numeric"
        pattern="[0-9]*"
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Go</button>
    </form>
  );
}

/** The rounds that run, with their phases. */
function Running() {
  const now = running.value;
  const more = now.length - MOST_CARDS;
  return (
    <section aria-labelledby="running" class="running">
      <h2 id="running">
        Running now <span class="count number">{now.length}</span>
      </h2>
      {now.length === 0 ? (
        <p class="card quiet">
          {count.value === undefined
            ? 'Waiting for the node.'
            : 'Nobody asks at the moment. A round appears here as soon as somebody does.'}
        </p>
      ) : (
        <ul class="cards">
          {now.slice(0, MOST_CARDS).map((id) => (
            <li key={id}>
              <Card id={id} />
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p class="hint">and {more} more in the list below.</p>}
    </section>
  );
}

function Card({ id }: { id: number }) {
  const { view, texts } = entry(id).value;
  if (!view) {
    return null;
  }
  const opened = view.agents.filter((agent) => agent.opened_answer).length;
  return (
    <article class="card live">
      <div class="card-top">
        <h3>
          <a href={`#/rounds/${id}`}>Round {id}</a>
        </h3>
        <TimeLeft view={view} />
      </div>
      <p class="card-prompt">{texts?.prompt ? <PromptLine of={texts.prompt} most={140} /> : '…'}</p>
      <Track view={view} />
      <p class="card-facts number">
        {view.agents.length} of {view.terms.max_agents} agents · {opened} opened ·{' '}
        <Wag of={view.terms.reward} unit />
      </p>
    </article>
  );
}

/** All rounds. */
function List() {
  const list = useRef<HTMLUListElement>(null);
  const isNarrow = useNarrow();
  const height = isNarrow ? ROW.narrow : ROW.wide;
  const all = count.value ?? 0;
  const listed = Math.min(all, MOST_LISTED);
  const { from, to } = useRange(list, listed, height, true);
  if (count.value === undefined) {
    return <Waiting what="the rounds" />;
  }
  const ids = Array.from({ length: to - from }, (_, at) => all - 1 - from - at);
  return (
    <section aria-labelledby="all">
      <h2 id="all">
        All rounds <span class="count number">{whole(all)}</span>
      </h2>
      {all === 0 ? (
        <Nothing>
          Nobody has asked this chain anything yet. <a href="#/ask">Be the first.</a>
        </Nothing>
      ) : (
        <ul
          ref={list}
          class="rows"
          style={{ height: `${listed * height}px`, '--row': `${height}px` }}
        >
          {ids.map((id, at) => (
            <Row key={id} id={id} top={(from + at) * height} at={from + at + 1} of={listed} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ id, top, at, of }: { id: number; top: number; at: number; of: number }) {
  const known = entry(id).value;
  // Again when a round has ended, and when a connection came back.
  const connection = session.value;
  const ended = known.view?.blocks.ended;
  useEffect(() => {
    // Rows that only fly by are not worth a question.
    const timer = setTimeout(() => void look(id, true), 120);
    return () => clearTimeout(timer);
  }, [id, connection, ended, known.isFinal]);
  return (
    <li class="row-item" style={{ top: `${top}px` }} aria-posinset={at} aria-setsize={of}>
      <a class="row-link" href={`#/rounds/${id}`}>
        <span class="visually-hidden">Round </span>
        {id}
      </a>
      <RowRest known={known} />
    </li>
  );
}

function RowRest({ known: { view, texts, past, isMissing } }: { known: Entry }) {
  if (!view) {
    return (
      <span class="row-text muted">
        {isMissing ? 'no longer in the chain’s state' : heads.value ? '…' : ''}
      </span>
    );
  }
  const stage = stageOf(view);
  return (
    <>
      <span class="row-stage">
        <StagePill stage={stage} />
      </span>
      <span class="row-text">
        {texts?.prompt ? (
          <PromptLine of={texts.prompt} most={120} />
        ) : (
          <span class="muted">{past === 'gone' ? 'the node discarded the question' : '…'}</span>
        )}
        {view.winning_answer && (
          <span class="row-answer">
            <span class="visually-hidden">, answer: </span>
            <Line of={view.winning_answer} most={120} />
          </span>
        )}
      </span>
      <span class="row-facts number">
        {view.agents.length} agents · <Wag of={view.terms.reward} unit />
      </span>
      <span class="row-when muted">
        <Ago block={view.blocks.ended ?? view.blocks.submitted} />
      </span>
    </>
  );
}
