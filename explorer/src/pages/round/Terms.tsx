/** On which terms a round was asked, who could answer, and in which blocks what happened. */

import { useEffect, useState } from 'preact/hooks';
import { duration } from '../../chain/numbers.ts';
import * as reading from '../../chain/reading.ts';
import type { RoundView, Seats } from '../../chain/views.ts';
import { Account, Ago, Block, Fact, Wag } from '../../parts/words.tsx';
import { session, slotMs } from '../../state/link.ts';

export function Terms({ view, seats }: { view: RoundView; seats: Seats | undefined }) {
  const { terms } = view;
  return (
    <section aria-labelledby="terms">
      <h2 id="terms">Terms</h2>
      <dl class="facts facts-list">
        <Fact name="Client">
          <Account of={view.client} />
        </Fact>
        <Fact name="Domain">
          <a href={`#/domains/${view.domain}`}>Domain {view.domain}</a>
        </Fact>
        <Fact name="Reward">
          <Wag of={terms.reward} unit />
        </Fact>
        <Fact name="Agents">
          <span class="number">
            {terms.min_agents} to {terms.max_agents}
          </span>
        </Fact>
        <Fact name="Time to answer">
          <span class="number">
            {terms.answering_blocks} blocks, {duration(terms.answering_blocks * slotMs.value)}
          </span>
        </Fact>
        <Fact name="Least score">
          <span class="number">{terms.min_score === 0 ? 'any' : terms.min_score / 10_000}</span>
        </Fact>
        <Fact name="Ticket">
          <Wag of={view.ticket} unit />
        </Fact>
        {seats && (
          <Fact name="Seats">
            <SeatsText seats={seats} />
          </Fact>
        )}
        {view.seed && (
          <Fact name="Seed of the assignment">
            <span class="address breakable">{view.seed}</span>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function SeatsText({ seats }: { seats: Seats }) {
  const of = `${seats.value.members} on the roster`;
  switch (seats.type) {
    case 'ForAll':
      return <>for all: {of}</>;
    case 'Drawing':
      return <>being drawn among {of}</>;
    case 'Drawn':
      return (
        <>
          drawn among {of}, from <span class="address breakable">{seats.value.seed}</span>
        </>
      );
    case 'Widened':
      return <>opened to all, since too few with a seat came: {of}</>;
  }
}

/** A step of a round: the block in which a phase ended. */
interface Step {
  name: string;
  block: number | undefined;
}

function stepsOf({ blocks }: RoundView): Step[] {
  return [
    { name: 'Submitted', block: blocks.submitted },
    { name: 'Answering ended', block: blocks.answering_ended },
    { name: 'Answers open', block: blocks.opening_answers_ended },
    { name: 'Grading ended', block: blocks.grading_ended },
    { name: 'Over', block: blocks.ended },
  ];
}

/**
 * When the blocks of these numbers were made, in milliseconds, as far as the node still knows: all
 * or nothing, so that durations are of one kind.
 */
function useTimes(blocks: number[]): number[] | undefined {
  const [times, setTimes] = useState<number[]>();
  const connection = session.value;
  // The same numbers are the same question, in whatever array.
  const names = blocks.join();
  useEffect(() => {
    let isOver = false;
    const read = async () => {
      if (!connection) {
        return;
      }
      const found = await Promise.all(
        blocks.map(async (number) => {
          const hash = await reading.blockHash(connection, number);
          return hash === undefined ? undefined : reading.blockTime(connection, hash);
        }),
      );
      if (!isOver && found.every((time) => time !== undefined)) {
        setTimes(found);
      }
    };
    // What the node has discarded is reckoned from the slots.
    read().catch(() => {});
    return () => {
      isOver = true;
    };
  }, [connection, names]);
  return times;
}

export function Times({ view }: { view: RoundView }) {
  const steps = stepsOf(view);
  const reached = steps.flatMap(({ block }) => (block === undefined ? [] : [block]));
  const times = useTimes(reached);
  const slot = slotMs.value;
  let before: number | undefined;
  return (
    <section aria-labelledby="times">
      <h2 id="times">Blocks and times</h2>
      <table class="times">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="right">
              Block
            </th>
            <th scope="col" class="right">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ name, block }) => {
            const last = before;
            before = block ?? before;
            const at = block === undefined ? -1 : reached.indexOf(block);
            const since = last === undefined ? -1 : reached.indexOf(last);
            const [end, start] = [times?.[at], times?.[since]];
            const took = (block ?? 0) - (last ?? 0);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="right">{block === undefined ? '' : <Block number={block} />}</td>
                <td class="right number">
                  {block === undefined || last === undefined
                    ? ''
                    : end !== undefined && start !== undefined
                      ? duration(end - start)
                      : `≈ ${duration(took * slot)}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="hint">
        Submitted <Ago block={view.blocks.submitted} />.
      </p>
    </section>
  );
}
