/** A prompt from its words to its outcome: chooses the first agent, prepares the session, and carries out each step. */
import { toIsoOrNull, yieldToIo } from '../../core/clock.ts';
import { CarryOut } from '../carry-out.ts';
import type { SendOptions, SendResult } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import { alsoLogged } from '../events/log-event.ts';
import { firstStep } from '../first-step.ts';
import { type Ports, type RelayStart, withPolicy } from '../ports.ts';
import { announceBeginning, openFor } from './begin-prompt.ts';
import { withFirstTake } from './early-snapshot.ts';
import type { Task } from './task.ts';

interface Sender {
	state: ConversationState;
	start: RelayStart;
	/** The ports of the worktree where the session works. */
	ports: Ports;
}

/** Throws what refuses the prompt's first turn; nothing is created then. */
export async function sendTask(
	task: Task,
	options: SendOptions,
	{ state, start, ports }: Sender,
): Promise<SendResult> {
	const { worktree } = state.session?.meta.repo ?? ports.repo;
	await ports.survivors.settle(worktree, options.signal);
	const deps = withPolicy(ports);
	const placed = state.selection.placeModel(state.session?.turns().at(-1)?.agent ?? null, deps);
	const asked = { state, start, options };
	const { step, chosen } = firstStep(task.text, asked, deps);
	if (step.do === 'refuse') throw step.error;
	// The snapshot before the turn needs a process of its own: it works while the session is made.
	const { snapshots: all } = deps;
	const snapshots = all && step.do === 'send' ? withFirstTake(all, all.take()) : all;
	await yieldToIo();
	const isNew = state.session === null;
	const session = openFor(task, chosen.choice, { state, start }, deps);
	const onEvent = alsoLogged(session.log, (event) => {
		options.onEvent(event);
		ports.hooks?.event(event, session);
	});
	announceBeginning(session, { isNew, placed, chosen, state, onEvent }, deps);
	const context = { ...asked, ports, deps, options: { ...options, onEvent }, snapshots };
	const result = await new CarryOut(session, task, context).run(step);
	const { outcome, state: last, earliestReset } = result;
	const earliest_reset = toIsoOrNull(earliestReset);
	session.log({ type: 'prompt_finished', outcome, turn: last?.turn ?? null, earliest_reset });
	return result;
}
