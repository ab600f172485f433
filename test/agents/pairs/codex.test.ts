import { testWhoGoesOnAfter } from './going-on.ts';

testWhoGoesOnAfter('codex');
