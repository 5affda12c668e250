/**
 * What Substrate's own errors mean. The metadata carries their names but, unlike those of pallets,
 * not their documentation; these are the sentences of sp-runtime 49. A test compares the names with
 * the metadata of a running node.
 */

/** By name, as in `NamedError`'s title. */
export const SUBSTRATE_ERRORS: Record<string, string> = {
  // A call failed in a block.
  Other: 'Some error occurred.',
  CannotLookup: 'Failed to look up some data.',
  BadOrigin: 'The call is not for accounts, or not for this one.',
  ConsumerRemaining: 'At least one consumer is remaining, so the account cannot be destroyed.',
  NoProviders: 'There are no providers, so the account cannot be created.',
  TooManyConsumers: 'There are too many consumers, so the account cannot be created.',
  'Token.FundsUnavailable': 'Funds are unavailable.',
  'Token.OnlyProvider':
    'Some part of the balance gives the only provider reference to the account, ' +
    'and thus cannot be moved.',
  'Token.BelowMinimum': 'The account cannot exist with the funds that would be given.',
  'Token.CannotCreate': 'The account cannot be created.',
  'Token.UnknownAsset': 'The asset in question is unknown.',
  'Token.Frozen': 'Funds exist but are frozen.',
  'Token.Unsupported': 'The operation is not supported by the asset.',
  'Token.CannotCreateHold': 'The account cannot be created for a held balance.',
  'Token.NotExpendable': 'The withdrawal would cause unwanted loss of the account.',
  'Token.Blocked': 'The account cannot receive the assets.',
  'Arithmetic.Underflow':
    'A number would fall below its least value: more was to be taken than there is.',
  'Arithmetic.Overflow': 'A number would exceed its greatest value.',
  'Arithmetic.DivisionByZero': 'Division by zero.',
  'Transactional.LimitReached': 'Too many transactional layers have been spawned.',
  'Transactional.NoLayer': 'A transactional layer was expected, but does not exist.',
  Exhausted: 'Resources are exhausted, as by data that is too large to handle.',
  Corruption: 'The state is corrupt; this is generally not going to fix itself.',
  Unavailable: 'Some resource is unavailable right now. This might fix itself later.',
  RootNotAllowed: 'The root origin is not allowed.',
  Trie: 'An error with tries.',

  // The pool refused a transaction.
  'Invalid.Call': 'The call of the transaction is not expected.',
  'Invalid.Payment': 'The account cannot pay the fee.',
  'Invalid.Future': 'The transaction is not yet valid: its nonce is too high.',
  'Invalid.Stale': 'The transaction is outdated: its nonce was used before.',
  'Invalid.BadProof':
    'The signature is bad, or was made for another chain, another runtime or other data.',
  'Invalid.AncientBirthBlock': 'The block that the transaction was signed for is too long ago.',
  'Invalid.ExhaustsResources':
    'The transaction would exhaust the resources of the block. It may fit into a later one.',
  'Invalid.BadMandatory': 'A mandatory call failed.',
  'Invalid.MandatoryValidation': 'Mandatory calls are made by block authors only.',
  'Invalid.BadSigner': 'The sending address is disabled or known to be invalid.',
  'Invalid.IndeterminateImplicit': 'The implicit data could not be calculated.',
  'Invalid.UnknownOrigin': 'No transaction extension authorised an origin.',
  'Unknown.CannotLookup':
    'Some information that is needed to validate the transaction could not be looked up.',
  'Unknown.NoUnsignedValidator': 'Nothing validates transactions of this kind without a signature.',
};
