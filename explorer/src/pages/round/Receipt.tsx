/** The round as a receipt: a file that proves how it ended to whoever has no node. */

import { useState } from 'preact/hooks';
import { bytesOf } from '../../chain/bytes.ts';
import { receiptOf, verify } from '../../chain/receipt.ts';
import { line } from '../../chain/text.ts';
import { save } from '../../parts/save.ts';
import { identity, session } from '../../state/link.ts';

type State = { is: 'idle' } | { is: 'making' } | { is: 'made'; words: string };

export function Receipt({ round }: { round: number }) {
  const [state, setState] = useState<State>({ is: 'idle' });
  const make = async () => {
    setState({ is: 'making' });
    setState({ is: 'made', words: await made(round) });
  };
  return (
    <p class="download">
      <button
        type="button"
        onClick={() => void make()}
        disabled={state.is === 'making' || !session.value}
      >
        Save a receipt
      </button>
      <span class="hint" role="status">
        {state.is === 'idle' && (
          <>
            It proves this result to whoever has the genesis hash.{' '}
            <a href="#/verify">Verify one.</a>
          </>
        )}
        {state.is === 'making' && 'Waiting for the next final block…'}
        {state.is === 'made' && state.words}
      </span>
    </p>
  );
}

/** Make it, look at it, save it; in words, what came of that. */
async function made(round: number): Promise<string> {
  const [from, genesis] = [session.peek(), identity.peek()?.genesis];
  const hash = genesis === undefined ? undefined : bytesOf(genesis);
  if (!from || !hash) {
    return 'There is no node to make it.';
  }
  try {
    const receipt = await receiptOf(from, round);
    const verdict = await verify(receipt, hash);
    if (!verdict.valid || verdict.round !== round) {
      const why = verdict.valid ? 'it is of another' : verdict.message;
      return `The node gave no receipt of this round: ${why}.`;
    }
    save(`round-${round}.receipt`, new Blob([receipt as BlobPart]));
    return `Saved: ${receipt.length} bytes, verified here at block ${verdict.block}.`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `There is no receipt: ${line(why, 200)}`;
  }
}
