/** Who asks: an account of a wallet or, on a development chain, one whose key everybody knows. */

import type { Signal } from '@preact/signals';
import { useEffect, useId, useState } from 'preact/hooks';
import { type Account, wallets } from '../../chain/accounts.ts';
import * as reading from '../../chain/reading.ts';
import { line } from '../../chain/text.ts';
import { shortAddress, Wag } from '../../parts/words.tsx';
import {
  accounts,
  isTrusted,
  refusal,
  source,
  useDevelopment,
  useWallet,
} from '../../state/asking.ts';
import { address, heads, identity, isAddressForeign, session } from '../../state/link.ts';

/** Wallets put themselves into the page a little after it has loaded, in milliseconds. */
const WALLETS_MS = 500;

export function Signers({
  chosen,
  isDisabled,
}: {
  chosen: Signal<Account | undefined>;
  isDisabled: boolean;
}) {
  const field = useId();
  const all = accounts.value;
  useEffect(() => {
    chosen.value = all.find(({ address }) => address === chosen.peek()?.address) ?? all[0];
  }, [all]);
  return (
    <fieldset class="signers" disabled={isDisabled}>
      <legend>Who asks</legend>
      <Sources />
      {refusal.value !== undefined && (
        <p class="fault" role="alert">
          No account: {refusal.value}
        </p>
      )}
      {all.length > 0 && (
        <div class="field">
          <label for={field}>Account</label>
          <select
            id={field}
            name="account"
            value={chosen.value?.address}
            onChange={({ currentTarget }) => {
              chosen.value = all.find(({ address }) => address === currentTarget.value);
            }}
          >
            {all.map(({ address, name }) => (
              <option key={address} value={address}>
                {name === '' ? '' : `${line(name, 30)} · `}
                {shortAddress(address)}
              </option>
            ))}
          </select>
          <Balance of={chosen.value?.address} />
        </div>
      )}
    </fieldset>
  );
}

/** Where accounts can come from. */
function Sources() {
  const [found, setFound] = useState(wallets);
  useEffect(() => {
    const timer = setTimeout(() => setFound(wallets()), WALLETS_MS);
    return () => clearTimeout(timer);
  }, []);
  const isDevelopment = identity.value?.isDevelopment === true;
  if (isAddressForeign.value && !isTrusted.value && found.length > 0) {
    return <Trust />;
  }
  return (
    <div class="sources">
      {isDevelopment && (
        <button
          type="button"
          aria-pressed={source.value === 'development'}
          onClick={() => void useDevelopment()}
        >
          Development accounts
        </button>
      )}
      {found.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={source.value === name}
          onClick={() => void useWallet(name)}
        >
          {line(name, 30)}
        </button>
      ))}
      {found.length === 0 && !isDevelopment && (
        <p class="hint">
          This browser has no wallet that the page can see. Talisman, SubWallet and polkadot.js are
          some; waggle ask asks from a terminal.
        </p>
      )}
    </div>
  );
}

/** A node that came with a link prepares what a wallet signs: somebody has to want that. */
function Trust() {
  return (
    <div class="trust">
      <p>
        You came by a link that chose the node <bdi>{line(address.value, 120)}</bdi>. That node
        prepares what your wallet is asked to sign, and one that lies could have you sign something
        else. Go on only if you trust it, and read what your wallet shows.
      </p>
      <button
        type="button"
        onClick={() => {
          isTrusted.value = true;
        }}
      >
        I trust this node
      </button>
    </div>
  );
}

/** What an account can spend. */
function Balance({ of }: { of: string | undefined }) {
  const [free, setFree] = useState<bigint>();
  const connection = session.value;
  useEffect(() => {
    let isOver = false;
    const best = heads.peek()?.best;
    setFree(undefined);
    if (of !== undefined && connection && best) {
      reading
        .spendable(connection, best.hash, of)
        .then((read) => {
          if (!isOver) {
            setFree(read);
          }
        })
        // It is told for convenience: the chain says what it costs and whether it is there.
        .catch(() => {});
    }
    return () => {
      isOver = true;
    };
  }, [of, connection]);
  return <p class="hint">{free === undefined ? '\u00a0' : <Wag of={free} unit />}</p>;
}
