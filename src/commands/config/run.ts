/** Every value with its origin, the files that are read, and edits of the user's own file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_ADAPTERS } from '../../agents/demo/adapter.ts';
import { ALLOWED_EVERYWHERE, repoKeyOf } from '../../config/allowed-commands.ts';
import { agentOfKey, CONFIG_KEYS, genericKey } from '../../config/config-keys.ts';
import {
	allowInConfig,
	disallowInConfig,
	type EditOptions,
	setConfigValue,
	unsetConfigValue,
} from '../../config/edit-config.ts';
import { type ConfigLine, listConfig } from '../../config/layers/layers.ts';
import { nearestName } from '../../config/nearest-name.ts';
import { AGENT_NAME } from '../../config/schema.ts';
import { RelayError } from '../../core/errors.ts';
import { lockingOf } from '../../core/files/file-lock.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { safeLine } from '../../core/text.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';

export const configShow: Body<{ key: string | null }, readonly ConfigLine[]> = {
	async run(context, { key }) {
		const { loaded } = await context.settings();
		const all = listConfig(loaded);
		const found =
			key === null ? all : all.filter((line) => line.key === key || line.key.startsWith(`${key}.`));
		if (found.length === 0) throw unknownKey(key ?? '', all);
		return { exitCode: EXIT.done, data: found };
	},
	toJson: (found) => ({ values: found.map(valueToJson) }),
};

/** One key, set or not. Throws `usage` for what is no key, a section too. */
export const configGet: Body<{ key: string }, ConfigLine> = {
	async run(context, { key }) {
		const { loaded } = await context.settings();
		const all = listConfig(loaded);
		const found = all.find((line) => line.key === key) ?? byDefault(key, all);
		context.notice(`${found.key}: from ${safeLine(found.origin.place, 300)}`);
		return { exitCode: EXIT.done, data: found };
	},
	toJson: valueToJson,
};

/** A setting of an agent that nothing is said about has its default. */
function byDefault(key: string, all: readonly ConfigLine[]): ConfigLine {
	const row = CONFIG_KEYS.find((one) => one.key === genericKey(key));
	const agent = agentOfKey(key);
	if (row !== undefined && agent !== null && AGENT_NAME.test(agent)) {
		const { unit, about, default: value } = row;
		return { key, value, origin: { layer: 'default', place: 'default' }, unit, about };
	}
	if (!all.some((line) => line.key.startsWith(`${key}.`))) throw unknownKey(key, all);
	throw new RelayError('usage', `${key} is a section, not a setting.`, {
		hint: `See what is in it: agent-relay config show ${key}`,
	});
}

function valueToJson({ key, value, origin, unit, about }: ConfigLine): Record<string, unknown> {
	return { key, value, unit, layer: origin.layer, from: origin.place, about };
}

function unknownKey(key: string, all: readonly ConfigLine[]): RelayError {
	const known = [...new Set([...all.map((line) => line.key), ...CONFIG_KEYS.map((row) => row.key)])];
	if (CONFIG_KEYS.some((row) => row.key === genericKey(key))) {
		return new RelayError('not_found', `${key} is not set.`, {
			hint: `Set it: agent-relay config set ${key} VALUE`,
		});
	}
	const nearest = nearestName(key, known);
	return new RelayError('usage', `There is no setting ${JSON.stringify(key)}.`, {
		hint: nearest === null ? 'See them all: agent-relay config show' : `Did you mean ${nearest}?`,
	});
}

export interface PlacesData {
	places: ReadonlyArray<{ name: string; path: string; isThere: boolean }>;
	/** Bytes, all repos together. */
	snapshotBytes: number;
}

export const configPath: Body<object, PlacesData> = {
	async run({ paths, store }) {
		const { location } = await store();
		const snapshots = join(paths.stateHome, 'snapshots');
		const places = {
			user_config: paths.userConfig,
			repo_config: location.configFile,
			sessions: join(location.folder, 'sessions'),
			limits: paths.limits,
			trust: paths.trust,
			snapshots,
		};
		const { snapshotBytes } = await import('../../git/snapshots/snapshot-bounds.ts');
		return {
			exitCode: EXIT.done,
			data: {
				places: Object.entries(places).map(([name, path]) => ({ name, path, isThere: existsSync(path) })),
				snapshotBytes: snapshotBytes(snapshots),
			},
		};
	},
	toJson: ({ places, snapshotBytes }) => ({
		...Object.fromEntries(places.map(({ name, path }) => [name, path])),
		snapshots_bytes: snapshotBytes,
	}),
};

export type EditData =
	/** `inForce`: another layer may stand above the user's file; null: the key has no value of its own. */
	| { kind: 'saved'; file: string; key: string; inForce: ConfigLine | null }
	/** The list holds it, or lacks it, already. `repo`: where only; null: everywhere. */
	| { kind: 'not_set'; file: string; key: string }
	| { kind: 'unchanged'; file: string }
	| { kind: 'edited'; file: string }
	| { kind: 'so_already'; command: string; isAllowed: boolean; repo: string | null };

export const configSet: Body<{ key: string; value: string }, EditData> = {
	async run(context, { key, value }) {
		setConfigValue(context.paths.userConfig, key, value, editOptions(context));
		return { exitCode: EXIT.done, data: await savedIn(context, key) };
	},
	toJson: () => undefined,
};

export const configUnset: Body<{ key: string }, EditData> = {
	async run(context, { key }) {
		const file = context.paths.userConfig;
		const isChanged = unsetConfigValue(file, key, editOptions(context));
		if (isChanged) return { exitCode: EXIT.done, data: await savedIn(context, key) };
		return { exitCode: EXIT.done, data: { kind: 'not_set', file, key } };
	},
	toJson: () => undefined,
};

export interface AllowOptions {
	command: string;
	repo: boolean;
	global: boolean;
}

export const configAllow: Body<AllowOptions, EditData> = {
	run: (context, options) => setAllowed(context, options, true),
	toJson: () => undefined,
};

export const configDisallow: Body<AllowOptions, EditData> = {
	run: (context, options) => setAllowed(context, options, false),
	toJson: () => undefined,
};

/** In the repo where the command is called, unless that is none or the user asks for everywhere. */
async function setAllowed(context: CommandContext, options: AllowOptions, isAllowed: boolean) {
	const verb = isAllowed ? 'allow' : 'disallow';
	const command = options.command.trim();
	if (command === '')
		throw new RelayError('usage', 'The command is empty.', {
			hint: `For example: agent-relay config ${verb} "npm test"`,
		});
	if (options.repo && options.global)
		throw new RelayError('usage', '--repo and --global exclude each other.', {
			hint: 'Without either, it is for the repo where you are.',
		});
	const { kind, worktree } = await context.repo();
	if (kind === 'none' && options.repo)
		throw new RelayError('usage', `--repo: ${worktree} is in no git repo.`, {
			hint: `For all repos: agent-relay config ${verb} --global ${quoteForShell(command)}`,
		});
	const repo = kind === 'none' || options.global ? null : worktree;
	const edit = isAllowed ? allowInConfig : disallowInConfig;
	const set = (action: 'run' | 'leave' | 'edit') =>
		edit(context.paths.userConfig, { command, repo, action }, editOptions(context));
	// What was allowed by an answer is taken back as well, whatever it was.
	const takesBack = !isAllowed && repo !== null ? (['run', 'leave', 'edit'] as const) : (['run'] as const);
	const [changed] = takesBack.filter((action) => set(action));
	const key = repo === null ? ALLOWED_EVERYWHERE : repoKeyOf({ action: changed ?? 'run' });
	const data: EditData =
		changed !== undefined ? await savedIn(context, key) : { kind: 'so_already', command, isAllowed, repo };
	return { exitCode: EXIT.done, data };
}

async function savedIn(context: CommandContext, key: string): Promise<EditData> {
	const { loaded } = await context.settings();
	const inForce = listConfig(loaded).find((line) => line.key === key) ?? null;
	return { kind: 'saved', file: context.paths.userConfig, key, inForce };
}

export function editOptions({ processes, clock }: Pick<CommandContext, 'processes' | 'clock'>): EditOptions {
	return { locking: lockingOf(processes, clock), knownAgents: DEMO_ADAPTERS.map(({ id }) => id) };
}
