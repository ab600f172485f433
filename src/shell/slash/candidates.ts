import type { ValueKind } from '../../commands/options/option-table.ts';
import { runnerNames } from '../../commands/runner/runner-names.ts';
import { listConfig } from '../../config/layers/layers.ts';
import { safeLine } from '../../core/text.ts';
import { listRaces } from '../../race/record/race-store.ts';
import { DEFAULT_NAME } from '../../sessions/names/name-id.ts';
import type { Candidate } from '../editor/completion.ts';
import { agentCandidates, completeAgents } from './agent-argument.ts';
import { sessionRows } from './session-rows.ts';
import { type CompletionContext, turnCandidates } from './slash-command.ts';

/** Candidates for a value of that kind. `word`: what is already typed of it. */
export async function candidatesOf(
	kind: ValueKind,
	shell: CompletionContext,
	word = '',
): Promise<readonly Candidate[]> {
	if (typeof kind === 'object') return kind.words.map((value) => ({ value }));
	switch (kind) {
		case 'agents':
			return agentCandidates(shell.relay);
		case 'agent_list':
			return completeAgents(await agentCandidates(shell.relay), word);
		case 'turns':
			return turnCandidates(shell);
		case 'races':
			return sessionCandidates(['race'], shell);
		case 'chats':
			return sessionCandidates(['chat'], shell);
		case 'entrants':
			return entrantCandidates(shell);
		case 'names':
			return nameCandidates(shell);
		case 'workstreams':
			return workstreamCandidates(shell);
		case 'runners':
			return runnerNames(shell.context).map((value) => ({ value }));
		case 'settings':
			return settingCandidates(shell);
		// Completed elsewhere, or not at all yet.
		case 'sessions':
		case 'text':
		case 'files':
		case 'folders':
		case 'none':
			return [];
		default:
			return kind satisfies never;
	}
}

async function sessionCandidates(
	kinds: Parameters<typeof sessionRows>[1],
	{ context }: CompletionContext,
): Promise<Candidate[]> {
	const rows = await sessionRows(context, kinds);
	return rows.map(({ id, title }) => ({ value: id, hint: safeLine(title, 40) }));
}

/** Entrants of the latest race. */
async function entrantCandidates({ context }: CompletionContext): Promise<Candidate[]> {
	const [latest] = listRaces(await context.store());
	return latest?.entrants.map(({ id }) => ({ value: id })) ?? [];
}

async function nameCandidates({ context }: CompletionContext): Promise<Candidate[]> {
	const { registry } = await context.names();
	const names = registry.read().names.filter(({ lifecycle }) => lifecycle !== 'archived');
	return [
		{ value: DEFAULT_NAME },
		...names.map(({ id, label }) => ({ value: id, hint: safeLine(label ?? '', 40) })),
	];
}

async function workstreamCandidates({ context }: CompletionContext): Promise<Candidate[]> {
	const { workstreams } = (await context.workstreams()).registry();
	return workstreams.map(({ name, description }) => ({ value: name, hint: safeLine(description, 40) }));
}

async function settingCandidates({ context }: CompletionContext): Promise<Candidate[]> {
	const { loaded } = await context.settings();
	return listConfig(loaded).map(({ key, value }) => ({
		value: key,
		hint: safeLine(JSON.stringify(value ?? ''), 40),
	}));
}
