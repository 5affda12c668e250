/**
 * All tests in one process, one after the other: loading polkadot.js takes longer than most of
 * them, and they share two networks. The errors come last on their network, because they fill the
 * chain with rounds. A file also runs alone: `npx tsx --test tests/papi.test.ts`.
 */

import './documentation.test.ts';
import './agent.test.ts';
import './domains.test.ts';
import './errors.test.ts';
import './round.test.ts';
import './papi.test.ts';
import './light.test.ts';
import './examples.test.ts';
