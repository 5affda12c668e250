/** One round: what was asked and on which terms, who answered what, and what came of it. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import * as reading from '../chain/reading.ts';
import { report } from '../chain/report.ts';
import { cancelReason, isRunning, stageName, stageOf, winnerOf } from '../chain/stage.ts';
import { decode } from '../chain/text.ts';
import type { RoundView } from '../chain/views.ts';
import { Matrix } from '../parts/Matrix.tsx';
import { Prompt } from '../parts/Prompt.tsx';
import { save } from '../parts/save.ts';
import { Text } from '../parts/Text.tsx';
import { TimeLeft, Track } from '../parts/Track.tsx';
import { AgentLink, Nothing, StagePill, Waiting } from '../parts/words.tsx';
import { standingsIn } from '../state/domains.ts';
import { heads, session } from '../state/link.ts';
import { type Entry, entry, look } from '../state/rounds.ts';
import { Answers } from './round/Answers.tsx';
import { Judged } from './round/Judged.tsx';
import { Receipt } from './round/Receipt.tsx';
import { Terms, Times } from './round/Terms.tsx';

export function Round({ id }: { id: number }) {
  const known = entry(id).value;
  const connection = session.value;
  const ended = known.view?.blocks.ended;
  // What could not be read, as of one block, may be readable as of the next.
  const best = isLacking(known) ? heads.value?.best.hash : undefined;
  // Once more when it has ended, when that is final, and when a connection came back.
  useEffect(() => void look(id, true), [id, connection, ended, known.isFinal, best]);
  const { view } = known;
  return (
    <>
      <div class="title-row">
        <h1>Round {id}</h1>
        {view && <StagePill stage={stageOf(view)} />}
      </div>
      <Told known={known} />
      {view ? (
        <Whole view={view} known={known} />
      ) : known.isMissing ? (
        <Nothing>
          The chain’s state has no round {id}: it was never submitted, or ended so long ago that its
          result was removed.
        </Nothing>
      ) : (
        <Waiting what={`round ${id}`} />
      )}
    </>
  );
}

/** Whether something is still to be read. */
function isLacking({ view, past, isWhole, isMissing }: Entry): boolean {
  if (!view) {
    return !isMissing;
  }
  return !isRunning(view) && (past === 'unread' || !isWhole);
}

/** The stage of a round for who listens: told when it changes, and nothing else. */
function Told({ known: { view, id } }: { known: Entry }) {
  return (
    <p class="visually-hidden" role="status">
      {view ? `Round ${id}: ${stageName(stageOf(view))}` : ''}
    </p>
  );
}

/** Which answers are equal, read again whenever one more is open. */
function useCandidates(view: RoundView): (number | undefined)[] {
  const [numbers, setNumbers] = useState<(number | undefined)[]>([]);
  const connection = session.value;
  const opened = view.agents.filter((agent) => agent.opened_answer).length;
  const { type } = view.state;
  useEffect(() => {
    const best = heads.peek()?.best;
    let isOver = false;
    if (connection && best && opened > 0) {
      reading
        .candidates(connection, best.hash, Number(view.id))
        .then((read) => {
          if (!isOver) {
            setNumbers(read);
          }
        })
        // Without them every answer stands by itself.
        .catch(() => {});
    }
    return () => {
      isOver = true;
    };
  }, [connection, opened, type]);
  return numbers;
}

/** The models that the members of a domain declare, by owner. */
function useModels(domain: number): Map<string, string> {
  const watch = standingsIn(domain);
  useEffect(() => watch.open(), [watch]);
  const members = watch.state.value.value;
  return useMemo(
    () =>
      new Map(members?.map(({ member: { agent } }) => [agent.owner, decode(agent.model)] as const)),
    [members],
  );
}

function Whole({ view, known }: { view: RoundView; known: Entry }) {
  const numbers = useCandidates(view);
  const models = useModels(view.domain);
  const { texts, past } = known;
  const assigned = useMemo(
    () =>
      view.agents.map(({ assigned }, index) =>
        assigned.length > 0 ? assigned : (texts?.assigned[index] ?? []),
      ),
    [view, texts],
  );
  const hasGrades = assigned.some((authors) => authors.length > 0) || view.grades.length > 0;
  return (
    <>
      <section aria-labelledby="question" class="question">
        <h2 id="question">Question</h2>
        {texts?.prompt ? (
          <Prompt of={texts.prompt} />
        ) : (
          <Nothing>
            {past === 'gone'
              ? 'The chain drops the question when a round is over, and this node no longer has ' +
                'the state of before.'
              : 'Reading…'}
          </Nothing>
        )}
      </section>
      <section aria-label="Phases" class="phases">
        <Track view={view} />
        <TimeLeft view={view} />
      </section>
      <Outcome view={view} />
      <Answers
        view={view}
        answers={texts?.answers ?? []}
        numbers={numbers}
        models={models}
        isGone={past === 'gone'}
      />
      {hasGrades && (
        <section aria-labelledby="grades">
          <h2 id="grades">Grades</h2>
          <Matrix view={view} assigned={assigned} />
        </section>
      )}
      <Judged view={view} />
      <div class="halves">
        <Terms view={view} seats={view.seats ?? texts?.seats} />
        <Times view={view} />
      </div>
      <Download
        view={view}
        known={known}
        make={() =>
          report(view, {
            answers: texts?.answers ?? [],
            candidates: numbers,
            assigned,
            models,
            ...(texts?.prompt && { prompt: texts.prompt }),
            ...(texts?.seats && { seats: texts.seats }),
          })
        }
      />
      {known.isFinal && !isRunning(view) && <Receipt round={Number(view.id)} />}
    </>
  );
}

/** What came of it. */
function Outcome({ view }: { view: RoundView }) {
  if (isRunning(view)) {
    return null;
  }
  const winner = winnerOf(view);
  if (winner !== undefined) {
    const owner = view.agents[winner]?.owner;
    return (
      <section aria-labelledby="answer" class="answer">
        <h2 id="answer">The swarm’s answer</h2>
        {view.winning_answer ? <Text of={view.winning_answer} name="answer" /> : <p>Reading…</p>}
        <p class="muted">
          by agent {winner}, {owner && <AgentLink owner={owner} />}
        </p>
      </section>
    );
  }
  return (
    <section aria-labelledby="answer" class="answer answer-none">
      <h2 id="answer">No answer</h2>
      <p>
        {view.state.type === 'NobodyWon'
          ? `No answer scored as much as the client asked for, ${view.terms.min_score / 10_000}. ` +
            `Agent ${view.state.value.best} came nearest.`
          : `The round was cancelled: ${cancelReason(view)}.`}
      </p>
    </section>
  );
}

/** The round as a file. */
function Download({
  view,
  known,
  make,
}: {
  view: RoundView;
  known: Entry;
  make: () => Record<string, unknown>;
}) {
  const take = () => {
    const text = `${JSON.stringify(make(), null, 2)}\n`;
    save(`round-${view.id}.json`, new Blob([text], { type: 'application/json' }));
  };
  return (
    <p class="download">
      <button type="button" onClick={take} disabled={known.past === 'reading'}>
        Download as JSON
      </button>
      <span class="hint">The fields are those of waggle watch --json.</span>
    </p>
  );
}
