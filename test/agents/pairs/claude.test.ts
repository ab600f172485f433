import { testWhoGoesOnAfter } from './going-on.ts';

testWhoGoesOnAfter('claude');
