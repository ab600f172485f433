/** Options of every command that opens a conversation. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { readPreset } from '../../agents/permission-presets.ts';
import { parseDuration } from '../../config/duration.ts';
import { RelayError } from '../../core/errors.ts';
import { asTyped, flag, type Option, type OptionTable, only, value, values } from './option-table.ts';

export interface ConversationOptions {
	agent: string | null;
	model: string | null;
	permissions: PermissionPreset | null;
	/** As typed, with a comma between them. */
	order: readonly string[] | null;
	/** Limit for a turn, ms. */
	timeout: number | null;
	/** As typed; the configuration reads them. */
	maxTurns: string | null;
	maxCost: string | null;
	wait: boolean;
	/** As typed: `KEY=VALUE` or a file. */
	config: readonly string[];
	/** Absent: the command names none. */
	ws?: string | null;
	trust: boolean;
	here: boolean;
}

export const trust: Option<boolean> = flag('--trust', 'obey the settings of this repo, this time only');

export const sessionConfig: Option<string[]> = only(
	'cli',
	values(
		'--config <setting>',
		'KEY=VALUE or a TOML file: settings of this session alone, again when it is resumed; may be repeated',
		'files',
		asTyped,
	),
);

export const conversationOptions: OptionTable<ConversationOptions> = {
	agent: value(
		'-a, --agent <agent>',
		'work with this agent (claude, codex, claude:opus, …)',
		'agents',
		asTyped,
	),
	model: value(
		'-m, --model <model>',
		'use this model; without --agent, with the agent that offers it',
		'none',
		asTyped,
	),
	permissions: permissions('read-only, edit or full'),
	order: value(
		'--order <agents>',
		'who takes over from whom, for instance claude,codex',
		'agent_list',
		readOrder,
	),
	timeout: value('--timeout <time>', 'stop a turn after this time (90s, 10m)', 'none', readTimeout),
	maxTurns: value(
		'-n, --max-turns <count>',
		'turns a session may have, with those of the sessions it continues',
		'none',
		asTyped,
	),
	maxCost: value(
		'--max-cost <usd>',
		'dollars a session may cost, with those of the sessions it continues',
		'none',
		asTyped,
	),
	wait: flag('--wait', 'wait for the earliest reset when no agent is available'),
	config: sessionConfig,
	trust,
	here: flag('--here', 'continue an earlier session in this folder, wherever and by whomever it was started'),
};

export const workstreamOption: Option<string | null> = value(
	'--ws <name>',
	'the workstream of a new session; default: the one that is active alone',
	'workstreams',
	asTyped,
);

export interface EarlierOptions {
	continue: boolean;
	session: string | null;
}

export const earlierOptions: OptionTable<EarlierOptions> = {
	continue: flag('-c, --continue', 'continue the latest session with work left, in this worktree first'),
	session: value(
		'-s, --session <ref>',
		'continue this session (id, prefix, suffix, @name, latest, path)',
		'sessions',
		asTyped,
	),
};

/** Where a text that is a command's operand may come from instead. */
export const textFile = (what: string): Option<string | null> => ({
	...value('-f, --file <file>', what, 'files', asTyped),
	only: 'cli',
});

export const encoding = (about: string): Option<string | null> => ({
	...value('--encoding <encoding>', about, ENCODINGS, asTyped),
	only: 'cli',
});

const ENCODINGS = {
	words: ['utf-8', 'utf-16le', 'latin1', 'windows-1252', 'shift_jis', 'gb18030'],
	isOpen: true,
} as const;

export function permissions(about: string): Option<PermissionPreset | null> {
	const words = { words: ['read-only', 'edit', 'full'], isOpen: true } as const;
	return value('-p, --permissions <preset>', about, words, readPreset);
}

/** ms. Throws RelayError `usage`. */
export function readTimeout(text: string): number {
	const seconds = parseDuration(text);
	if (seconds !== null && seconds > 0) return seconds * 1000;
	throw new RelayError(
		'usage',
		`--timeout takes a time such as 90s, 10m or 2h, not ${JSON.stringify(text)}.`,
	);
}

function readOrder(text: string): string[] {
	const names = text.split(',').map((name) => name.trim());
	if (names.every((name) => name !== '')) return names;
	throw new RelayError('usage', `--order ${JSON.stringify(text)} has an empty name.`, {
		hint: 'For example: --order claude,codex',
	});
}
