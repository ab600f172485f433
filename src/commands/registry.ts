/** Every command of this folder, for the front ends to take those that are theirs. */
import { agents } from './agents/options.ts';
import { configAllow, configPath, configSet, configShow, configTrust } from './config/options.ts';
import { diff } from './diff/options.ts';
import { files } from './files/options.ts';
import { limits, limitsClear } from './limits/options.ts';
import { plan } from './plan/options.ts';
import { prune } from './prune/options.ts';
import { raceAdopt } from './race/adopt/options.ts';
import { raceClean } from './race/clean/options.ts';
import { raceDiff } from './race/diff/options.ts';
import { raceList } from './race/list/options.ts';
import { raceOpen } from './race/open/options.ts';
import { raceShow } from './race/show/options.ts';
import { sessions } from './sessions/options.ts';
import { show } from './show/options.ts';
import { transcript } from './transcript/options.ts';

export const COMMANDS = {
	agents,
	configAllow,
	configPath,
	configSet,
	configShow,
	configTrust,
	diff,
	files,
	limits,
	limitsClear,
	plan,
	prune,
	raceAdopt,
	raceClean,
	raceDiff,
	raceList,
	raceOpen,
	raceShow,
	sessions,
	show,
	transcript,
} as const;
