/** The state of a turn in a TUI, by what its transcript and the snapshots say. Pure. */

import { excerptLine } from '../agents/reading/excerpt.ts';
import type { LineMark } from '../agents/tui/agent-tui.ts';
import type { TranscriptTurn } from '../history/group-turns.ts';
import type { TurnRecording } from '../history/record-turns.ts';
import type { RelayDeps } from '../relay/ports.ts';
import type { PreparedTui } from '../relay/turn/prepare-tui.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { limitToDisk } from '../turns/event-log.ts';
import type { Looked, TuiFiles } from './tui-files.ts';

export interface OpenTurn {
	number: number;
	nativeId: string;
	recording: TurnRecording;
	/** As it was when something of it was last heard. */
	known: TranscriptTurn;
	prompt: string;
	/** What the last line that said so said; null: nothing since something else happened. */
	mark: LineMark | null;
	/** The mark with which its state was last written. */
	settled: OpenTurn['mark'];
	/** Its state on disk has all that was heard of it, while it runs. */
	isKept: boolean;
	/** It began with the relay's own words. */
	isFirst: boolean;
	/** The log has its end. */
	hasFinished: boolean;
	files: TuiFiles;
}

/** `status`: where no line says how it ended. `isFirst`: no turn of this TUI came before it. */
export function tuiTurnState(
	turn: OpenTurn,
	status: TurnState['status'],
	{ files, tree }: Looked,
	{ prepared, deps, isFirst }: { prepared: PreparedTui; deps: RelayDeps; isFirst: boolean },
): TurnState {
	const { number, recording, known, prompt, mark } = turn;
	const own = recording.stateOf(known);
	if (own === null) throw new Error('a turn that is not open');
	const { request, executable, account, modelAsked = null, adapter } = prepared.spec;
	const { packet } = prepared;
	return {
		...own,
		...outcomeOf(own, status, mark),
		...(status === 'running' ? { ended_at: null, duration_ms: null } : {}),
		model: own.model ?? request.model,
		model_asked: modelAsked,
		...(account === undefined ? {} : { account }),
		allow_commands: [...request.allowCommands],
		agent_version: own.agent_version ?? deps.versions.known(adapter, executable),
		executable,
		process_place: { ...deps.processes.place() },
		permissions: request.permissions,
		resumed: request.resume || !isFirst,
		files,
		tree,
		warnings: [...turn.files.warnings],
		...(turn.isFirst ? { packet: packet?.path ?? null, user_prompt: prepared.words(number, prompt) } : {}),
	};
}

type Outcome = Pick<TurnState, 'status' | 'stop_reason' | 'limit' | 'error' | 'heard'>;

function outcomeOf(own: TurnState, status: TurnState['status'], mark: OpenTurn['mark']): Outcome {
	const heard = own.tools.length > 0 || (own.tokens.output ?? 0) > 0 || own.bytes.output > 0;
	const plain = { limit: null, error: null, heard };
	if (mark?.limit)
		return { ...plain, status: 'limited', stop_reason: 'limit', limit: limitToDisk(mark.limit) };
	if (mark?.failed) {
		const error = { code: 'api_error', message: excerptLine(mark.failed) };
		return { ...plain, status: 'failed', stop_reason: 'api_error', error };
	}
	if (own.status !== 'completed') {
		const { stop_reason, limit, error } = own;
		return { status: own.status, stop_reason, limit, error, heard };
	}
	if (status === 'completed') return { ...plain, status, stop_reason: 'end_turn' };
	return { ...plain, status, stop_reason: status === 'cancelled' ? 'cancelled' : null };
}
