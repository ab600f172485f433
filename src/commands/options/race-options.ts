/** What may be asked of a race: each flag once, and what it becomes in the request. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { parseDuration } from '../../config/duration.ts';
import { RelayError } from '../../core/errors.ts';
import type { RaceRequest } from '../../race/race-contract.ts';
import { encoding, permissions, sessionConfig, textFile, trust } from './conversation-options.ts';
import {
	asTyped,
	documents,
	flag,
	type Option,
	type OptionTable,
	only,
	quietly,
	value,
	values,
} from './option-table.ts';

export interface RaceOptions {
	task: string | null;
	/** As typed between the commas. */
	agents: readonly string[] | null;
	file: string | null;
	encoding: string | null;
	check: readonly string[];
	/** ms. */
	checkTimeout: number;
	/** ms. */
	maxTime: number;
	base: string | null;
	includeDirty: boolean;
	setup: string | null;
	copy: readonly string[];
	/** null: all, up to a bound. */
	jobs: number | null;
	permissions: PermissionPreset | null;
	handover: boolean;
	/** As typed: `KEY=VALUE` or a file. */
	config: readonly string[];
	trust: boolean;
	json: boolean;
	quiet: boolean;
}

/** An agent that needs longer has usually lost its way. */
const DEFAULT_MAX_TIME_MS = 30 * 60_000;
/** A whole test-suite, with room. */
const DEFAULT_CHECK_TIME_MS = 10 * 60_000;
/** A timer of Node takes 24.8 days; a longer one would end at once. */
const LONGEST_S = 20 * 86_400;

export const raceOptions: OptionTable<RaceOptions> = {
	task: value('[task]', 'what each agent is to do, in quotes', 'text', asTyped),
	agents: value(
		'-A, --agents <agents>',
		'the entrants, for instance claude,codex,claude:opus',
		'agent_list',
		(text) => text.split(','),
	),
	file: textFile('read the task from a file (- is stdin)'),
	encoding: encoding('encoding of that file and of stdin (utf-8)'),
	check: values('--check <command>', 'passes with exit code 0; may be repeated', 'none', asTyped),
	checkTimeout: time(
		'--check-timeout',
		'stop a check or the setup after this time (10m)',
		DEFAULT_CHECK_TIME_MS,
	),
	maxTime: time('--max-time', 'stop an entrant after this time (30m)', DEFAULT_MAX_TIME_MS),
	base: value('--base <commit>', 'start from this commit (HEAD)', 'none', asTyped),
	includeDirty: flag('--include-dirty', 'start from the checkout as it is, uncommitted changes included'),
	setup: value(
		'--setup <command>',
		'run this in each worktree first, for instance "npm ci"',
		'none',
		asTyped,
	),
	copy: values(
		'--copy <file>',
		'copy this untracked file or folder into each worktree; may be repeated',
		'files',
		asTyped,
	),
	jobs: value('--jobs <count>', 'how many entrants run at the same time (all, up to 8)', 'none', readJobs),
	permissions: permissions('read-only, edit or full'),
	handover: flag('--handover', 'let an entrant that hits a limit hand over to the next agent'),
	config: sessionConfig,
	trust: only('cli', trust),
	json: documents,
	quiet: quietly('print only the verdict'),
};

/** What the options ask of a race, in its own words; who takes part, and how many at once, is for whoever knows the agents. */
export function termsOf(
	options: RaceOptions,
): Omit<RaceRequest, 'task' | 'entrants' | 'jobs' | 'parentTurn'> {
	const { base, includeDirty, setup, copy, permissions: preset, handover } = options;
	return {
		checks: options.check,
		setup,
		copy,
		maxTimeMs: options.maxTime,
		checkTimeMs: options.checkTimeout,
		base,
		includeDirty,
		permissions: preset,
		handover,
	};
}

/** ms; `defaultMs` where it was not given. */
function time(name: string, about: string, defaultMs: number): Option<number> {
	const parse: Option<number>['parse'] = (typed) =>
		typeof typed === 'string' ? readTime(name, typed) : defaultMs;
	return { flags: `${name} <time>`, about, kind: 'none', parse };
}

function readTime(name: string, text: string): number {
	const seconds = parseDuration(text);
	if (seconds !== null && seconds > 0 && seconds <= LONGEST_S) return seconds * 1000;
	throw new RelayError(
		'usage',
		`${name} takes a time such as 600, 90s or 10m, at most 20d, not ${JSON.stringify(text)}.`,
	);
}

function readJobs(text: string): number {
	if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
	throw new RelayError('usage', `--jobs takes a number from 1 on, not ${JSON.stringify(text)}.`);
}
