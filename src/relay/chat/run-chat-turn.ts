import { recordedFolder } from '../../git/start-folder.ts';
import { folderOf } from '../../sessions/new-meta.ts';
import type { ChatParticipant } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/session-store.ts';
import type { TurnState } from '../../sessions/turn-state.ts';
import { runTurn } from '../../turns/run-turn.ts';
import type { TurnSpec } from '../../turns/turn-spec.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { turnDeps } from '../turn-deps.ts';
import type { ChatOptions } from './contract.ts';

export interface ChatTurnRun {
	session: OpenSession;
	who: ChatParticipant;
	spec: TurnSpec;
	/** Of this run of the chat, from 1 on. */
	number: number;
	maxTurns: number;
	/** null: as configured. */
	timeoutMs: number | null;
}

/** One participant's turn to its end. A program that could not be started is that participant's trouble: its turn says so. */
export async function runChatTurn(
	{ session, who, spec, number, maxTurns, timeoutMs }: ChatTurnRun,
	deps: RelayDeps,
	{ signal, hardSignal, onEvent }: ChatOptions & { hardSignal: AbortSignal },
): Promise<TurnState> {
	const turn = session.meta.turn_count + 1;
	const { model, permissions, resume } = spec.request;
	onEvent({
		type: 'turn_started',
		turn,
		agent: who.agent,
		model,
		permissions,
		trigger: spec.trigger,
		resumed: resume,
		packet: spec.packet,
		...folderOf(recordedFolder(spec.request)),
		speaker: { participant: who.id, role: who.role, number, maxTurns },
	});
	deps.learnVersion(who.agent, spec.executable);
	const own = { session, snapshots: deps.snapshots, timeoutMs, agent: who.agent };
	return runTurn(spec, turnDeps(own, deps), {
		signal,
		hardSignal,
		onEvent: (event) => onEvent({ type: 'agent_event', turn, event }),
		onIdle: (idleMs) => onEvent({ type: 'turn_idle', turn, idleMs }),
		onWarning: (text) => onEvent({ type: 'notice', level: 'warning', text }),
		onTerminalAsked: ({ text, refusedInMs }) =>
			onEvent({ type: 'terminal_asked', turn, agent: who.agent, text, refusedInMs }),
	}).catch((error: unknown) => {
		const last = session.turns().at(-1);
		if (last?.turn === turn && last.error?.code === 'not_started') return last;
		throw error;
	});
}
