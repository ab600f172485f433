/** At a limit the user is asked who takes over, once the agent that met it is gone. */
import { tuiOf } from '../../agents/tui/tuis.ts';
import type { AttachEnd } from '../../attach/attach-contract.ts';
import { canTakeOverFrom } from '../../limits/successor.ts';
import type { AgentChoice, Conversation } from '../../relay/conversation-contract.ts';
import type { CommandContext } from '../context.ts';

export interface Successor {
	how: 'tui' | 'run';
	choice: AgentChoice;
}

/** null: nobody now. */
export async function offerSuccessor(
	end: AttachEnd,
	{ agents }: Pick<Conversation, 'agents'>,
	{ ask }: Pick<CommandContext, 'ask'>,
): Promise<Successor | null> {
	if (end.limit === null || end.working.length > 0 || end.signalCode !== null || ask === null) return null;
	const next = (await agents.candidates()).find(canTakeOverFrom(end.agent));
	if (next === undefined) return null;
	const { agent, model } = next;
	const name = model === null ? agent : `${agent} ${model}`;
	const answer = await ask('Who takes over?', [
		{ value: 'run', label: `${name} goes on here` },
		...(tuiOf(agent) === null ? [] : [{ value: 'tui', label: `${name} in its own TUI` }]),
		{ value: 'no', label: 'nobody now' },
	]);
	return answer === 'run' || answer === 'tui' ? { how: answer, choice: { agent, model } } : null;
}
