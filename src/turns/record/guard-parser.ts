/**
 * Wraps a parser so that it never throws. A line that its adapter cannot read (an exception is a bug of ours, or a shape that
 * nobody thought of) loses only its own meaning: it stays in the raw record, and the agent keeps working.
 */
import type { AgentExit, AgentId, AgentParser, NativeFacts, ParsedTurn } from '../../agents/agent-adapter.ts';
import type { AgentEvent } from '../../agents/events.ts';

const NEWLINE = 0x0a;

/** Calls `onTrouble` with each exception. Lines are passed one by one, so that one that throws takes no other with it. */
export function guardParser(parser: AgentParser, onTrouble: (error: unknown) => void): AgentParser {
	const read = (chunk: Buffer, take: (piece: Buffer) => AgentEvent[]): AgentEvent[] => {
		const all: AgentEvent[] = [];
		for (let from = 0; from < chunk.length; ) {
			const newline = chunk.indexOf(NEWLINE, from);
			const end = newline < 0 ? chunk.length : newline + 1;
			try {
				const events = take(from === 0 && end === chunk.length ? chunk : chunk.subarray(from, end));
				for (const event of events) all.push(event);
			} catch (error) {
				onTrouble(error);
			}
			from = end;
		}
		return all;
	};
	const telemetry = parser.telemetry?.bind(parser);
	return {
		push: (chunk) => read(chunk, (line) => parser.push(line)),
		stderr: (chunk) => read(chunk, (line) => parser.stderr(line)),
		...(telemetry && { telemetry: (chunk: Buffer) => read(chunk, telemetry) }),
		end: (exit, native) => ended(parser, exit, native, onTrouble),
	};
}

/**
 * A last line without its newline is taken only once, so a second try judges the lines before it; a third leaves out the CLI's own
 * record.
 */
function ended(
	parser: AgentParser,
	exit: AgentExit,
	native: NativeFacts | null,
	onTrouble: (error: unknown) => void,
): ReturnType<AgentParser['end']> {
	for (const facts of [native, native, null]) {
		try {
			return parser.end(exit, facts);
		} catch (error) {
			onTrouble(error);
		}
	}
	return { events: [], turn: judgedByExit(exit) };
}

function judgedByExit({ exitCode, stopRequested }: AgentExit): ParsedTurn {
	const isStopped = stopRequested === 'cancelled' || stopRequested === 'timed_out';
	const isGood = exitCode === 0 && stopRequested === null;
	const message = `Its output could not be read; it ended with ${exitCode ?? 'a signal'}.`;
	return {
		outcome: isStopped ? stopRequested : isGood ? 'completed' : 'failed',
		stopReason: isStopped ? stopRequested : isGood ? null : 'crashed',
		error: isGood || isStopped ? null : { code: 'unreadable_output', message },
		limit: null,
		nativeSessionId: null,
		model: null,
		tokens: { input: null, output: null, cacheRead: null, cacheWrite: null, reasoning: null },
		cumulative: null,
		costUsd: null,
		toolResults: [],
		utilization: [],
	};
}

/** The warning, once a turn, when a parser met something it cannot read. */
export function unreadableOutput(agent: AgentId, rawPath: string): string {
	return `Part of ${agent}'s output could not be read; it is kept unchanged in ${rawPath}.`;
}
