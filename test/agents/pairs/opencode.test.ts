/** The slowest of the four to start, by seconds: vitest begins with the larger file, and this one must not come last. */
import { testWhoGoesOnAfter } from './going-on.ts';

testWhoGoesOnAfter('opencode');
