// What the tests of real clients share: where the gateway is, and the keys that it knows. The Rust
// test `gateway` starts it and says so (./scripts/gateway).

import assert from 'node:assert/strict';

type Keys = { plenty: string; poor: string };

function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run ./scripts/gateway`);
  return value;
}

/** Where the gateway is, without /v1. */
export const url = setting('WAGGLE_GATEWAY_URL');
/** Secrets by what they are good for. */
export const keys: Keys = JSON.parse(setting('WAGGLE_GATEWAY_KEYS'));
/** Longest that a round may take here, in milliseconds. */
export const timeout = 120_000;
