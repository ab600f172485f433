/** The hooks of an agent that is used by hand: entries in its own configuration, put in and taken out to the byte. */
import { HOOK_AGENTS, type HookAgent } from '../../agents/hooks/hook-dialect.ts';
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body, Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { addEntry, type EntryChange, removeEntry } from '../entries/edit-entry.ts';
import { hookPlace } from './hook-places.ts';

/** Where it is described. */
export const PAGE = 'docs/agent-hooks.md';

export interface ChangedHooks extends EntryChange {
	agent: HookAgent;
	/** Nothing was written. */
	isDry: boolean;
}

interface Options {
	agent: string;
	dryRun: boolean;
}

const toJson = ({ agent, path, done, isDry }: ChangedHooks) => ({ agent, path, done, dry_run: isDry });

export const installHooks: Body<Options, ChangedHooks> = {
	run: (context, options) => changed(options, context, addEntry),
	toJson,
};

export const uninstallHooks: Body<Options, ChangedHooks> = {
	run: (context, options) => changed(options, context, removeEntry),
	toJson,
};

async function changed(
	{ agent: typed, dryRun: isDry }: Options,
	{ env, home }: CommandContext,
	change: typeof addEntry,
): Promise<Result<ChangedHooks>> {
	const agent = requireHookAgent(typed);
	const place = await hookPlace(agent, { env, home });
	return { exitCode: EXIT.done, data: { agent, isDry, ...change(place, { isDry, page: PAGE }) } };
}

/** Throws `usage`. */
export function requireHookAgent(typed: string): HookAgent {
	const known = HOOK_AGENTS.find((agent) => agent === typed);
	if (known !== undefined) return known;
	throw new RelayError('usage', `${JSON.stringify(typed.slice(0, 80))} is not an agent with hooks.`, {
		hint: `These have them: ${HOOK_AGENTS.join(', ')}.`,
	});
}
