/** Verifying a receipt: a file, a genesis hash, what the one shows on the chain of the other. */

import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import {
  type Answer,
  genesisOf,
  MAX_RECEIPT_BYTES,
  type Refused,
  type Verdict,
  verify,
} from '../chain/receipt.ts';
import { line } from '../chain/text.ts';
import { Scroller } from '../parts/Scroller.tsx';
import { Text } from '../parts/Text.tsx';
import { Account, AgentLink, Block, Fact } from '../parts/words.tsx';
import { identity } from '../state/link.ts';

/** What came of it: a verdict or a refusal. */
type Outcome = Verdict | Refused;

/** Of what it came: what is chosen may be another by the time that it is there. */
interface Looked {
  file: File;
  genesis: string;
  outcome: Outcome;
}

export function Verify() {
  const file = useSignal<File | undefined>(undefined);
  const typed = useSignal<string | undefined>(undefined);
  const fault = useSignal('');
  const looked = useSignal<Looked | undefined>(undefined);
  const [fileField, hashField, faultText] = [useId(), useId(), useId()];
  const connected = identity.value?.genesis;
  const genesis = typed.value ?? connected ?? '';

  const isOfThese = looked.value?.file === file.value && looked.value?.genesis === genesis;
  const outcome = isOfThese ? looked.value?.outcome : undefined;

  const submit = async (event: Event) => {
    event.preventDefault();
    looked.value = undefined;
    const chosen = file.value;
    const hash = genesisOf(genesis);
    fault.value =
      chosen === undefined
        ? 'Choose a file.'
        : hash === undefined
          ? 'A genesis hash is 0x and 64 digits of 0 to 9 and a to f.'
          : '';
    if (chosen === undefined || hash === undefined) {
      return;
    }
    try {
      // One byte more than any receipt is enough to see that it is none.
      const bytes = await chosen.slice(0, MAX_RECEIPT_BYTES + 1).arrayBuffer();
      const found = await verify(new Uint8Array(bytes), hash);
      looked.value = { file: chosen, genesis, outcome: found };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      fault.value = `It could not be looked at: ${line(why, 200)}`;
    }
  };

  return (
    <>
      <h1>Verify a receipt</h1>
      <p class="lead">
        A receipt proves how a round ended. It is verified in this browser: no node is asked, and
        whoever gave you the file need not be trusted. The genesis hash has to be that of the chain
        that you mean.
      </p>
      <form
        class="ask"
        onSubmit={(event) => void submit(event)}
        noValidate
        aria-label="Hand in a receipt"
      >
        <div class="field">
          <label for={fileField}>Receipt</label>
          <input
            id={fileField}
            name="receipt"
            type="file"
            aria-describedby={faultText}
            onChange={({ currentTarget }) => {
              file.value = currentTarget.files?.[0];
            }}
          />
        </div>
        <div class="field">
          <label for={hashField}>Genesis hash</label>
          <input
            id={hashField}
            name="genesis"
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={genesis}
            aria-describedby={faultText}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
          <p class="hint">
            {typed.value === undefined && connected !== undefined
              ? 'This one the node above names. Take it from elsewhere if you do not trust it.'
              : 'The hash of block 0, from somebody whom you trust.'}
          </p>
        </div>
        <p class="ask-go">
          <button type="submit" class="primary">
            Verify
          </button>
          <span id={faultText} class="fault" role="alert">
            {fault.value}
          </span>
        </p>
      </form>
      <div role="status">{outcome && <Said outcome={outcome} />}</div>
    </>
  );
}

function Said({ outcome }: { outcome: Verdict | Refused }) {
  if (!outcome.valid) {
    return (
      <section aria-labelledby="said" class="answer answer-none">
        <h2 id="said">Not to be believed</h2>
        <p>The receipt proves nothing: {outcome.message}.</p>
      </section>
    );
  }
  return <Proven verdict={outcome} />;
}

function Proven({ verdict }: { verdict: Verdict }) {
  const winner = verdict.answers.find(({ agent }) => agent === verdict.winner);
  const changes = verdict.validator_changes;
  return (
    <>
      <section aria-labelledby="said" class="answer">
        <h2 id="said">Round {verdict.round}, as its chain has it</h2>
        {verdict.winner_text === null ? (
          <p>{without(verdict)}</p>
        ) : (
          <Text of={verdict.winner_text} name="answer" />
        )}
        {winner && (
          <p class="muted">
            by agent {winner.index}, <AgentLink owner={winner.agent} />
          </p>
        )}
      </section>
      <dl class="facts">
        <Fact name="Final block">
          <Block number={verdict.block} />
        </Fact>
        <Fact name="Final by">
          {verdict.validators} validators
          {changes === 0 ? ', the same since genesis' : `, changed ${changes} × since genesis`}
        </Fact>
        <Fact name="Asked by">
          <Account of={verdict.client} />
        </Fact>
        <Fact name="In domain">{verdict.domain}</Fact>
        <Fact name="Reward">{verdict.reward} WAG</Fact>
        <Fact name="Returned">{verdict.returned} WAG</Fact>
      </dl>
      <p class="hint">
        What was asked has the Blake2b-256 <code class="hash">{verdict.prompt_hash}</code>.
      </p>
      {verdict.answers.length > 0 && <Agents answers={verdict.answers} winner={verdict.winner} />}
      <p class="hint">
        The chain with this genesis made this final. It is not proven that the answer is right, when
        that was, nor that the chain goes on.
      </p>
    </>
  );
}

/** Why there is no answer. */
function without({ status, cancelled_because }: Verdict): string {
  return status === 'nobody_won'
    ? 'Nobody won: no answer scored as much as the client asked for.'
    : `The round was cancelled: ${(cancelled_because ?? '').replaceAll('_', ' ')}.`;
}

function Agents({ answers, winner }: { answers: Answer[]; winner: string | null }) {
  return (
    <Scroller name="Agents, scores and payments">
      <table class="judged">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col" class="right">
              Candidate
            </th>
            <th scope="col" class="right">
              Score
            </th>
            <th scope="col" class="right">
              Paid
            </th>
            <th scope="col" class="right">
              Forfeited
            </th>
          </tr>
        </thead>
        <tbody>
          {answers.map(({ agent, index, candidate, score, paid, forfeited }) => (
            <tr key={index} class={agent === winner ? 'winner' : undefined}>
              <th scope="row">
                <span class="index number">{index}</span> <AgentLink owner={agent} />
                {agent === winner && <span class="visually-hidden">, the winner</span>}
              </th>
              <td class="right number">{candidate}</td>
              <td class="right number">{score?.toFixed(3)}</td>
              <td class="right number">{paid}</td>
              <td class="right number">{forfeited}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
