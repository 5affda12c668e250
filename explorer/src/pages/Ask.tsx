/** Asking: a form, a signature, and the round that comes of it, followed to its answer. */

import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren, TargetedEvent } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { Account } from '../chain/accounts.ts';
import { askingFee, faultOf, promptBytes, type Question } from '../chain/asking.ts';
import { duration, parseWag, wag, whole } from '../chain/numbers.ts';
import { stageOf } from '../chain/stage.ts';
import { decode, line } from '../chain/text.ts';
import { Text } from '../parts/Text.tsx';
import { TimeLeft, Track } from '../parts/Track.tsx';
import { AgentLink, StagePill, Wag, Waiting } from '../parts/words.tsx';
import { again, progress, send } from '../state/asking.ts';
import { domains } from '../state/domains.ts';
import { constants, session, slotMs } from '../state/link.ts';
import { entry, look } from '../state/rounds.ts';
import { Signers } from './ask/Signers.tsx';

const FAULTS = {
  prompt: 'Ask something.',
  length: 'This is longer than a question may be.',
  reward: 'This is less than the least reward, or no amount.',
  time: 'The chain accepts other times.',
  agents: 'The chain accepts other numbers of agents, and the least is not above the most.',
  score: 'A score is 0 to 1.',
} as const;

export function Ask() {
  return (
    <>
      <h1>Ask</h1>
      <p class="lead">
        A swarm of agents answers, grades each other’s answers, and you pay for the one that wins.
        What you ask and what they answer is public.
      </p>
      {constants.value === undefined ? <Waiting what="the chain’s rules" /> : <Form />}
    </>
  );
}

function Form() {
  const rules = constants.value;
  const text = useSignal('');
  const domain = useSignal(0);
  const reward = useSignal('20');
  const fewest = useSignal('4');
  const most = useSignal('7');
  const score = useSignal('0');
  const seconds = useSignal('10');
  const chosen = useSignal<Account | undefined>(undefined);
  const wasTried = useSignal(false);
  useEffect(() => domains.open(), []);

  const question = useComputed(
    (): Question => ({
      text: text.value,
      domain: domain.value,
      terms: {
        reward: parseWag(reward.value) ?? -1n,
        answering_blocks: Math.round((Number(seconds.value) * 1_000) / slotMs.value),
        min_agents: Number(fewest.value),
        max_agents: Number(most.value),
        min_score: score.value.trim() === '' ? -1 : Math.round(Number(score.value) * 10_000),
      },
    }),
  );
  const bytes = useComputed(() => promptBytes(text.value).length);
  const place = useRef<HTMLFormElement>(null);
  if (!rules) {
    return null;
  }
  const fault = faultOf(question.value, rules);
  const { reward: typed } = question.value.terms;
  const offered = typed < 0n ? 0n : typed;
  const shown = wasTried.value ? fault : undefined;
  const isUnderWay = progress.value !== undefined && progress.value.step !== 'failed';
  const { answering_blocks: times, swarm, max_prompt_bytes } = rules;
  const time = times.map((blocks) => duration(blocks * slotMs.value));

  const submit = (event: Event) => {
    event.preventDefault();
    wasTried.value = true;
    if (fault !== undefined) {
      place.current?.querySelector<HTMLElement>(`[data-fault~="${fault}"]`)?.focus();
    } else if (chosen.value && !isUnderWay) {
      send(chosen.value, question.value);
    }
  };

  return (
    <>
      <form class="ask" ref={place} onSubmit={submit} noValidate aria-label="Question">
        <fieldset disabled={isUnderWay}>
          <legend class="visually-hidden">What you ask, and on which terms</legend>
          <Field
            label="Question"
            hint={`${whole(bytes.value)} of ${whole(max_prompt_bytes)} bytes`}
            fault={shown === 'prompt' || shown === 'length' ? FAULTS[shown] : undefined}
          >
            {(props) => (
              <textarea
                {...props}
                name="prompt"
                rows={5}
                data-fault="prompt length"
                value={text.value}
                onInput={({ currentTarget }) => {
                  text.value = currentTarget.value;
                }}
              />
            )}
          </Field>
          <div class="fields">
            <Field label="Domain">
              {(props) => (
                <select
                  {...props}
                  name="domain"
                  value={domain.value}
                  onChange={({ currentTarget }) => {
                    domain.value = Number(currentTarget.value);
                  }}
                >
                  {(domains.state.value.value ?? [{ id: 0, title: undefined }]).map(
                    ({ id, title }) => (
                      <option key={id} value={id}>
                        {id}
                        {title && title.length > 0 ? ` · ${line(decode(title), 40)}` : ''}
                      </option>
                    ),
                  )}
                </select>
              )}
            </Field>
            <Amount
              label="Reward in WAG"
              name="reward"
              value={reward}
              hint={`at least ${wag(rules.minimum_reward)}`}
              marks="reward"
              fault={shown === 'reward' ? FAULTS.reward : undefined}
            />
            <Amount
              label="Least agents"
              name="min-agents"
              value={fewest}
              hint={`${swarm[0]} to ${swarm[1]}`}
              marks="agents"
              fault={shown === 'agents' ? FAULTS.agents : undefined}
            />
            <Amount
              label="Most agents"
              name="max-agents"
              value={most}
              hint={`${swarm[0]} to ${swarm[1]}`}
            />
            <Amount
              label="Seconds to answer"
              name="seconds"
              value={seconds}
              hint={`${time[0]} to ${time[1]}`}
              marks="time"
              fault={shown === 'time' ? FAULTS.time : undefined}
            />
            <Amount
              label="Least score"
              name="min-score"
              value={score}
              hint="0 takes any answer"
              marks="score"
              fault={shown === 'score' ? FAULTS.score : undefined}
            />
          </div>
        </fieldset>
        <Signers chosen={chosen} isDisabled={isUnderWay} />
        <p class="ask-go">
          <button
            type="submit"
            class="primary"
            disabled={!chosen.value || isUnderWay || !session.value}
          >
            Ask for <Wag of={offered} unit />
          </button>
          <span class="hint">
            and at most <Wag of={fee(question.value, rules)} unit /> for asking, more on a crowded
            chain, and the transaction’s fee
          </span>
        </p>
      </form>
      <Progress />
    </>
  );
}

function fee({ terms }: Question, rules: NonNullable<typeof constants.value>): bigint {
  const isNumber = Number.isInteger(terms.max_agents) && terms.max_agents >= 0;
  return isNumber ? askingFee(rules, terms) : 0n;
}

/** What a field hands to its control. */
interface Control {
  id: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
}

function Field({
  label,
  hint,
  fault,
  children,
}: {
  label: string;
  hint?: string;
  fault?: string | undefined;
  children: (props: Control) => ComponentChildren;
}) {
  const id = useId();
  const described = useId();
  const props = { id, 'aria-describedby': described, 'aria-invalid': fault !== undefined };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(props)}
      <p id={described} class={fault === undefined ? 'hint' : 'fault'}>
        {fault ?? hint ?? '\u00a0'}
      </p>
    </div>
  );
}

function Amount({
  label,
  name,
  value,
  hint,
  fault,
  marks,
}: {
  label: string;
  name: string;
  value: { value: string };
  hint: string;
  fault?: string | undefined;
  marks?: string;
}) {
  const type = (event: TargetedEvent<HTMLInputElement>) => {
    value.value = event.currentTarget.value;
  };
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        <input
          {...props}
          name={name}
          inputMode="decimal"
          autocomplete="off"
          data-fault={marks}
          value={value.value}
          onInput={type}
        />
      )}
    </Field>
  );
}

/** What becomes of the question. */
function Progress() {
  const now = progress.value;
  const words = (() => {
    switch (now?.step) {
      case undefined:
        return '';
      case 'signing':
        return 'Waiting for the signature.';
      case 'sent':
        return 'Sent. Waiting for a block.';
      case 'in-block':
        return `Round ${now.round} begins in block ${whole(now.block)}.`;
      case 'failed':
        return now.isUnsure
          ? `It was sent, and then: ${now.why}. It may still be taken: look for it among the ` +
              'rounds before you ask again.'
          : `Nothing was asked: ${now.why}.`;
    }
  })();
  return (
    <section class="progress" aria-label="Your question" hidden={now === undefined}>
      <p class={now?.step === 'failed' ? 'fault' : 'step-words'} role="status">
        {words}
      </p>
      {now?.step === 'in-block' && <Followed id={now.round} />}
    </section>
  );
}

/** The round of the question, until it has an answer. */
function Followed({ id }: { id: number }) {
  const { view } = entry(id).value;
  useSignalEffect(() => {
    if (session.value) {
      void look(id, false);
    }
  });
  const isOver = view !== undefined && view.state.type !== 'Running';
  const winner = view?.state.type === 'Settled' ? view.agents[view.state.value.winner] : undefined;
  return (
    <>
      {view && (
        <div class="card live">
          <div class="card-top">
            <h2>
              <a href={`#/rounds/${id}`}>Round {id}</a>
            </h2>
            {isOver ? <StagePill stage={stageOf(view)} /> : <TimeLeft view={view} />}
          </div>
          <Track view={view} />
          {view.winning_answer && (
            <div class="answer" role="status">
              <Text of={view.winning_answer} name="answer" />
              {winner && (
                <p class="muted">
                  by <AgentLink owner={winner.owner} />
                </p>
              )}
            </div>
          )}
          {view.state.type === 'NobodyWon' && <p>No answer was good enough for your terms.</p>}
          {view.state.type === 'Cancelled' && (
            <p>The round was cancelled, and the reward is yours again.</p>
          )}
        </div>
      )}
      {isOver && (
        <button type="button" onClick={again}>
          Ask again
        </button>
      )}
    </>
  );
}
