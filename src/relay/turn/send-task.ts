/** A prompt from its words to its outcome: chooses the first agent, prepares the session, and carries out each step. */
import { toIsoOrNull, yieldToIo } from '../../core/clock.ts';
import { leftNotes } from '../../sessions/store/left-notes.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { addNotes } from '../../sessions/transitions.ts';
import { CarryOut } from '../carry-out.ts';
import type { SendOptions, SendResult } from '../conversation-contract.ts';
import type { ConversationState } from '../conversation-state.ts';
import { alsoLogged } from '../events/log-event.ts';
import type { RelayEvent } from '../events/relay-events.ts';
import { firstStep } from '../first-step.ts';
import { type Ports, type RelayStart, withPolicy } from '../ports.ts';
import { announceBeginning, openFor, openWithoutTask } from './begin-prompt.ts';
import { withFirstTake } from './early-snapshot.ts';
import type { Task } from './task.ts';
import { type ContextWatch, watchContext } from './watch-context.ts';

export interface Sender {
	state: ConversationState;
	start: RelayStart;
	/** The ports of the worktree where the session works. */
	ports: Ports;
}

/** As `sendTask` before the first turn: the session that an agent's own TUI works in, made where none is open. */
export async function beginWithoutTask(
	{ state, start, ports }: Sender,
	{ signal, notice }: { signal: AbortSignal; notice(text: string): void },
): Promise<OpenSession> {
	const { worktree } = state.session?.meta.repo ?? ports.repo;
	await ports.survivors.settle(worktree, signal);
	const isNew = state.session === null;
	const session = openWithoutTask({ state, start }, withPolicy(ports));
	if (isNew) {
		session.log({ type: 'session_opened', is_new: true });
		for (const text of session.notices) notice(text);
	}
	takeNotes(session);
	const onEvent = (event: RelayEvent) => {
		if (event.type === 'notice') notice(event.text);
	};
	await attachWorkstream(session, { state, start, onEvent }, ports);
	return session;
}

/** Races and chats have a task of their own. */
async function attachWorkstream(
	session: OpenSession,
	{ state, start, onEvent }: Pick<Sender, 'state' | 'start'> & Pick<SendOptions, 'onEvent'>,
	{ workstreams }: Pick<Ports, 'workstreams'>,
): Promise<void> {
	if (workstreams === undefined || (start.kind !== 'shell' && start.kind !== 'run')) return;
	const { chosen, isNamed } = state.workstream;
	const { name, notice } = await workstreams.attach(session, { name: chosen, isNamed });
	state.workstream.chosen = name;
	state.workstream.isNamed = false;
	if (notice !== null) onEvent({ type: 'notice', level: 'info', text: notice });
}

/** What agents noted meanwhile, before a packet is made that would miss it. */
function takeNotes(session: OpenSession): void {
	const after_turn = session.meta.turn_count;
	// No agent has worked in it yet.
	if (after_turn === 0) return;
	const kept = session.meta.notes.filter(({ by }) => by === 'agent');
	const left = leftNotes(session.folder, kept);
	const notes = left.notes.map(({ at, text }) => ({
		...{ at, kind: 'note' as const, text, by: 'agent' as const, after_turn },
	}));
	if (notes.length > 0) session.apply(addNotes, { notes });
	left.remove();
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
	let watch: ContextWatch | null = null;
	const onEvent = alsoLogged(session.log, (event) => {
		options.onEvent(event);
		ports.hooks?.event(event, session);
		watch?.event(event);
		if (event.type === 'turn_finished') takeNotes(session);
	});
	announceBeginning(session, { isNew, placed, chosen, state, onEvent }, deps);
	takeNotes(session);
	await attachWorkstream(session, { state, start, onEvent }, ports);
	watch = await watchContext(session.id, ports, onEvent);
	const context = { ...asked, ports, deps, options: { ...options, onEvent }, snapshots };
	const result = await new CarryOut(session, task, context).run(step).finally(() => watch?.settled());
	const { outcome, state: last, earliestReset } = result;
	const earliest_reset = toIsoOrNull(earliestReset);
	session.log({ type: 'prompt_finished', outcome, turn: last?.turn ?? null, earliest_reset });
	return result;
}
