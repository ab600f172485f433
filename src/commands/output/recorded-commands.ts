/** The commands that agents ran in a session, read back from its events: numbered from 1 on, in the order they were called. */
import type { AgentEvent } from '../../agents/events.ts';
import { LineSplitter } from '../../core/files/line-splitter.ts';
import { filePieces } from '../../core/files/read-pieces.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { readTurns } from '../../sessions/turns/turn-states.ts';
import { type LoggedEvent, parseEventLine } from '../../turns/event-log.ts';

type ToolCall = Extract<AgentEvent, { type: 'tool_call' }>;
type ToolResult = Extract<AgentEvent, { type: 'tool_result' }>;

export interface RecordedCommand {
	number: number;
	turn: number;
	call: ToolCall;
	/** null: none was recorded. */
	result: ToolResult | null;
	/** ms; null without a result. */
	tookMs: number | null;
}

export interface FoundCommand {
	/** null: there is none of that number. */
	found: RecordedCommand | null;
	/** All there are. */
	count: number;
}

/** A state keeps no more tools than this, so that they are counted in the log. */
const TOOLS_IN_STATE = 2000;

/** The command of that number; null: the latest that printed something or ended. Of the logs no more is held than one output. */
export function findCommand(
	folder: string,
	states: readonly TurnState[],
	number: number | null,
): FoundCommand {
	let count = 0;
	let found: RecordedCommand | null = null;
	for (const state of states) {
		const isNear = number === null || number > count;
		const before = count;
		const inState = countInState(state);
		if (inState !== null && (!isNear || (number !== null && number > count + inState))) {
			count += inState;
			continue;
		}
		const turn = readTurn(folder, state, number === null ? null : number - before);
		count += turn.count;
		found = turn.found === null ? found : { ...turn.found, number: before + turn.found.number };
	}
	return { found, count };
}

/** How many commands were called before that turn of the session in the folder: the next one has one more. */
export function commandsBefore(folder: string, turn: number): number {
	const { turns } = readTurns(folder);
	return turns
		.filter((state) => state.turn < turn)
		.reduce((sum, state) => sum + (countInState(state) ?? readTurn(folder, state, null).count), 0);
}

/** null: the state does not know, as it kept only some, or is not the last word. */
function countInState({ tools, status }: TurnState): number | null {
	if (tools.length >= TOOLS_IN_STATE || status === 'running') return null;
	return tools.filter(({ kind }) => kind === 'execute').length;
}

/** `wanted`: the number in the turn; null: the last one with a result, else the last one. */
function readTurn(folder: string, { turn }: TurnState, wanted: number | null): FoundCommand {
	const numbers = new Map<string, number>();
	let found: RecordedCommand | null = null;
	const calledAt = new Map<string, { number: number; call: ToolCall; ts: number }>();
	for (const { ts, event } of toolEvents(folder, turn)) {
		if (event.type === 'tool_call' && event.kind === 'execute') {
			const number = numbers.get(event.id) ?? numbers.size + 1;
			numbers.set(event.id, number);
			if (wanted === null || wanted === number) calledAt.set(event.id, { number, call: event, ts });
			if ((wanted === null && found?.result == null) || wanted === number)
				found = { number, turn, call: event, result: null, tookMs: null };
		}
		if (event.type !== 'tool_result') continue;
		const called = calledAt.get(event.id);
		if (called === undefined) continue;
		const { number, call, ts: from } = called;
		if (found?.result == null || number >= found.number)
			found = { number, turn, call, result: event, tookMs: Math.max(0, ts - from) };
		if (wanted === null) calledAt.delete(event.id);
	}
	return { found, count: numbers.size };
}

/** As the relay writes them; other events are not parsed. */
const TOOL_EVENT = /^\{"ts":"[^"]{0,40}","seq":\d{1,12},"type":"tool_(?:call|result)"/;

function* toolEvents(folder: string, turn: number): Generator<LoggedEvent> {
	const splitter = new LineSplitter();
	for (const piece of filePieces(turnFile(folder, turn, 'events.jsonl'))?.pieces() ?? [])
		for (const line of splitter.push(piece)) {
			if (line.kind !== 'line' || !TOOL_EVENT.test(line.text)) continue;
			const event = parseEventLine(line.text);
			if (event !== null) yield event;
		}
}
