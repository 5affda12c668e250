/**
 * All tests in one process, one after the other: they share two networks, a build of the page and a
 * browser. A file also runs alone: `npx tsx --test tests/hostile.test.ts`.
 */

import './words.test.ts';
import './asking.test.ts';
import './live.test.ts';
import './nowhere.test.ts';
import './hostile.test.ts';
import './access.test.ts';
import './wallet.test.ts';
import './receipt.test.ts';
import './away.test.ts';
import './many.test.ts';
