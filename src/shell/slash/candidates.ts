import type { ValueKind } from '../../commands/options/option-table.ts';
import { listConfig } from '../../config/layers/layers.ts';
import { safeLine } from '../../core/text.ts';
import type { Candidate } from '../editor/completion.ts';
import { agentCandidates } from './agent-argument.ts';
import { type CompletionContext, turnCandidates } from './slash-command.ts';

/** What the shell offers for a value of that kind. */
export async function candidatesOf(kind: ValueKind, shell: CompletionContext): Promise<readonly Candidate[]> {
	if (typeof kind === 'object') return kind.words.map((value) => ({ value }));
	if (kind === 'agents') return agentCandidates(shell.relay);
	if (kind === 'turns') return turnCandidates(shell);
	if (kind !== 'settings') return [];
	const { loaded } = await shell.context.settings();
	return listConfig(loaded).map(({ key, value }) => ({
		value: key,
		hint: safeLine(JSON.stringify(value ?? ''), 40),
	}));
}
