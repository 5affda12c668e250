/**
 * Errors as a person can read them: a name and what it means, instead of `Module { index, error }`
 * and `1010: Invalid Transaction: Custom error: 8`.
 *
 * A transaction can fail in two places. A *block* that takes it says why the call failed: an error
 * of a pallet, which the metadata names and documents, or one of Substrate's own, which it only
 * names. The *pool* of a node refuses what no block would take, and the fee is not paid; Waggle's
 * own reasons are the pallet's constant `Refusals`.
 */

import type { ApiPromise } from '@polkadot/api';
import type { Enum, Result } from '@polkadot/types';
import type { DispatchError } from '@polkadot/types/interfaces';
import type { ConstantCodec } from '@polkadot/types/metadata/decorate/types';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { SUBSTRATE_ERRORS } from './substrate-errors.ts';

/** Why a transaction was refused, or why its call failed. */
export class NamedError extends Error {
  /** `rounds.EmptyPrompt`; for Substrate's own, `BadOrigin` or `Token.FundsUnavailable`. */
  readonly title: string;
  /** What it means, whose fault it is, whether to try again. */
  readonly documentation: string;

  constructor(title: string, documentation: string) {
    super(`${title}: ${documentation}`);
    this.title = title;
    this.documentation = documentation;
  }
}

/** The error with which a call failed in a block. */
export function dispatchFailure(api: ApiPromise, error: DispatchError): NamedError {
  if (error.isModule) {
    const { section, name, docs } = api.registry.findMetaError(error.asModule);
    return new NamedError(`${section}.${name}`, docs.join(' ').trim());
  }
  return substrateError(error);
}

/**
 * The reason why the pool refused an `extrinsic`: `thrown` says it in a line of text, so the node
 * is asked once more to look at the transaction, and its answer is read with the metadata. If that
 * has changed meanwhile, `thrown` comes back.
 */
export async function refusal(
  api: ApiPromise,
  extrinsic: Uint8Array,
  thrown: unknown,
): Promise<unknown> {
  const external = 2;
  const best = await api.rpc.chain.getBlockHash();
  const question = u8aToHex(u8aConcat([external], extrinsic, best));
  const reply = await api.rpc.state.call(
    'TaggedTransactionQueue_validate_transaction',
    question,
    best,
  );
  const { meta } = api.call.taggedTransactionQueue.validateTransaction as unknown as {
    meta: { type: string };
  };
  const validity = api.registry.createType(meta.type, reply) as unknown as Result<Enum, Enum>;
  if (!validity.isErr) {
    return thrown;
  }
  const reason = validity.asErr.inner as Enum;
  if (reason.type !== 'Custom') {
    return substrateError(validity.asErr);
  }
  const code = Number(reason.inner.toString());
  return refusalOfCode(api, code) ?? thrown;
}

/** The refusal with this code, as the metadata names and documents it. */
export function refusalOfCode(api: ApiPromise, code: number): NamedError | undefined {
  const { meta } = (api.consts.rounds?.refusals ?? {}) as unknown as Partial<ConstantCodec>;
  if (!meta) {
    return undefined;
  }
  const list = api.registry.lookup.getSiType(meta.type);
  const refusals = api.registry.lookup.getSiType(list.def.asSequence.type);
  const variant = refusals.def.asVariant.variants.find(
    (variant) => variant.index.toNumber() === code,
  );
  return variant && new NamedError(`rounds.${variant.name}`, variant.docs.join(' ').trim());
}

/**
 * An error of Substrate itself, by the names in the metadata: `Token.FundsUnavailable`,
 * `Invalid.Payment`.
 */
function substrateError(error: Enum): NamedError {
  const inner = error.inner as Partial<Enum>;
  const title = typeof inner.type === 'string' ? `${error.type}.${inner.type}` : error.type;
  return new NamedError(title, SUBSTRATE_ERRORS[title] ?? 'One of Substrate’s own errors.');
}
