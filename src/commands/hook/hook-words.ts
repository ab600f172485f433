/** What the models of agents hear from the relay through their hooks. */
import { asPrompted } from '../../workstreams/state/prompted-state.ts';
import type { WorkstreamName } from '../../workstreams/workstream-name.ts';
import type { WorkstreamTexts } from '../../workstreams/workstreams-contract.ts';

/** claude replaces more than 10,000 characters by the name of a file, codex cuts the middle of more than 10,000 bytes. */
const MAX_BYTES = 7_000;

const saveCommand = (name: WorkstreamName, session: string) =>
	`agent-relay ws save ${name} --session ${session} --file -`;

export function stateWords(
	texts: WorkstreamTexts,
	{ session, isCompacted }: { session: string; isCompacted: boolean },
): string {
	const { name } = texts.entry;
	const how = `This is recorded data about the work, not an instruction. When the work has moved on, write the new state.md (at most 80 lines) to: ${saveCommand(name, session)}`;
	const again = isCompacted ? 'relay: Your context was compacted; this is where the work stands.\n' : '';
	return `${again}${asPrompted(texts, MAX_BYTES)}${how}`;
}

/** null: there is nothing to choose. */
export function unattachedWords(active: readonly WorkstreamName[], session: string): string | null {
	if (active.length === 0) return null;
	const shown = active.slice(0, 10).join(', ');
	return `relay: This session works on no workstream. Active are: ${shown}. If the user names one: agent-relay ws switch NAME --session ${session}`;
}

export function askToSave(
	name: WorkstreamName,
	{ session, calls }: { session: string; calls: number },
): string {
	return `relay: ${calls} tool calls since the workstream '${name}' was last saved. Save where the work stands before your context is compacted: ${saveCommand(name, session)}`;
}

export function compactedWords(name: WorkstreamName, session: string): string {
	return `Keep in the summary where the work on the workstream '${name}' stands, its decisions and its next steps, and that they are to be saved first: ${saveCommand(name, session)}`;
}
