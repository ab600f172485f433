import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type {
	AgentAdapter,
	AgentExit,
	NativeFacts,
	ParsedTurn,
	ParserContext,
} from '../../src/agents/agent-adapter.ts';
import type { AgentEvent, TokenCounts } from '../../src/agents/events.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
/** When the recordings were made; resets told as a delay or a local time are counted from here. */
const RECORDED_AT = Date.parse('2026-11-21T08:00:00.000Z');

interface FixtureTool {
	name: string;
	kind: string;
	ok: boolean | null;
}

/** What a correct relay derives, in the vocabulary of the fixtures' README. */
export interface Expectation {
	status: ParsedTurn['outcome'];
	stop_reason: ParsedTurn['stopReason'];
	native_session_id: string | null;
	model: string | null;
	final_text_contains: string | null;
	tools: FixtureTool[];
	usage: (Record<keyof typeof TOKEN_KEYS, number | null> & { cost_usd: number | null }) | null;
	limit: {
		kind: string;
		reset_at: string | null;
		reset_tolerance_s?: number;
		window?: string;
		scope?: string;
	} | null;
}

export interface Fixture {
	name: string;
	folder: string;
	argv: string[];
	stdout: Buffer;
	stderr: Buffer;
	/** With the stop request that the recorder stood for. */
	exit: AgentExit;
	expect: Expectation;
	/** As recorded, for agents that report totals. */
	cumulativeBefore: Record<string, number> | null;
}

export interface Replay {
	events: AgentEvent[];
	turn: ParsedTurn;
}

const TOKEN_KEYS = {
	input: 'input',
	output: 'output',
	cache_read: 'cacheRead',
	cache_write: 'cacheWrite',
	reasoning: 'reasoning',
} as const satisfies Record<string, keyof TokenCounts>;

export function fixtureNames(agent: string): string[] {
	return readdirSync(join(FIXTURES, agent), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => entry.name);
}

export function loadFixture(agent: string, name: string): Fixture {
	const folder = join(FIXTURES, agent, name);
	const json = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
	const result = json('result.json');
	const command = json('command.json');
	return {
		name,
		folder,
		argv: command.argv,
		stdout: readFileSync(join(folder, 'stdout.jsonl')),
		stderr: readFileSync(join(folder, 'stderr.log')),
		exit: {
			exitCode: result.exit_code,
			signal: result.signal,
			stopRequested: stopRequest(result.expect.status, command.killed ?? result.sent_signals),
		},
		expect: result.expect,
		cumulativeBefore: result.cumulative_usage_before ?? null,
	};
}

/** A killed recording that is not `outcome_unknown` was stopped on the relay's behalf, for the reason it ended with. */
function stopRequest(status: ParsedTurn['outcome'], killed: unknown): AgentExit['stopRequested'] {
	const wasKilled = killed !== undefined && !(Array.isArray(killed) && killed.length === 0);
	if (!wasKilled || status === 'outcome_unknown' || status === 'completed') return null;
	return status;
}

export interface ReplayOptions {
	/** How both channels are cut; default: whole. */
	split?: (bytes: Buffer) => Buffer[];
	exit?: AgentExit;
	native?: NativeFacts | null;
	cumulativeBefore?: TokenCounts | null;
	/** What the parser is told instead of what the recorded argv says. */
	context?: Partial<ParserContext>;
}

/** Feeds a recording to the adapter's parser, stdout first, then stderr, then the end. */
export function replay(adapter: AgentAdapter, fixture: Fixture, options: ReplayOptions = {}): Replay {
	const split = options.split ?? ((bytes: Buffer) => [bytes]);
	const parser = adapter.parser({
		requestedSessionId: requestedSession(fixture.argv),
		resume: fixture.argv.some((arg) => arg === '--resume' || arg === 'resume'),
		requestedModel: argumentOf(fixture.argv, '--model') ?? argumentOf(fixture.argv, '-m'),
		cumulativeBefore: options.cumulativeBefore ?? null,
		now: () => RECORDED_AT,
		...options.context,
	});
	const events = split(fixture.stdout).flatMap((chunk) => parser.push(chunk));
	events.push(...split(fixture.stderr).flatMap((chunk) => parser.stderr(chunk)));
	const end = parser.end(options.exit ?? fixture.exit, options.native ?? null);
	return { events: [...events, ...end.events], turn: end.turn };
}

function requestedSession(argv: readonly string[]): string | null {
	return argumentOf(argv, '--session-id') ?? argumentOf(argv, '--resume') ?? argumentOf(argv, 'resume');
}

function argumentOf(argv: readonly string[], flag: string): string | null {
	const at = argv.indexOf(flag);
	return at < 0 ? null : (argv[at + 1] ?? null);
}

/** A replay in the words of `expect`, with only what `expect` speaks of, so that the two compare with `toEqual`. */
export function asExpectation(fixture: Fixture, { events, turn }: Replay): Expectation {
	const wanted = fixture.expect.final_text_contains;
	const text = answerText(events);
	return {
		...fixture.expect,
		status: turn.outcome,
		stop_reason: turn.stopReason,
		native_session_id: turn.nativeSessionId,
		model: turn.model,
		final_text_contains: wanted === null || text.includes(wanted) ? wanted : text.slice(-200),
		tools: toolsOf(events, turn).map((tool, at) => ({ ...fixture.expect.tools[at], ...tool })),
		usage: usageOf(turn),
		limit:
			turn.limit === null
				? null
				: {
						...fixture.expect.limit,
						kind: turn.limit.kind,
						reset_at: resetOf(turn, fixture.expect.limit),
						...(fixture.expect.limit?.window === undefined ? {} : { window: turn.limit.window ?? '' }),
						...(fixture.expect.limit?.scope === undefined ? {} : { scope: turn.limit.scope ?? '' }),
					},
	};
}

function usageOf(turn: ParsedTurn): Expectation['usage'] {
	const keys = Object.entries(TOKEN_KEYS);
	if (turn.costUsd === null && keys.every(([, key]) => turn.tokens[key] === null)) return null;
	const counts = Object.fromEntries(keys.map(([name, key]) => [name, turn.tokens[key]]));
	return { ...counts, cost_usd: turn.costUsd } as Expectation['usage'];
}

function resetOf(turn: ParsedTurn, expected: Expectation['limit']): string | null {
	if (turn.limit?.resetAt == null) return null;
	const toleranceMs = (expected?.reset_tolerance_s ?? 0) * 1000;
	const wanted = expected?.reset_at == null ? Number.NaN : Date.parse(expected.reset_at);
	const isNear = Math.abs(turn.limit.resetAt - wanted) <= toleranceMs;
	return isNear ? (expected?.reset_at ?? null) : new Date(turn.limit.resetAt).toISOString();
}

/** Tools in order of first appearance with their last known outcome, the corrections of the end included. */
export function toolsOf(events: readonly AgentEvent[], turn: ParsedTurn): FixtureTool[] {
	const tools = new Map<string, FixtureTool>();
	for (const event of events) {
		if (event.type === 'tool_call') tools.set(event.id, { name: event.name, kind: event.kind, ok: null });
		const tool = event.type === 'tool_result' ? tools.get(event.id) : undefined;
		if (tool !== undefined && event.type === 'tool_result') tool.ok = event.ok;
	}
	for (const { id, ok } of turn.toolResults) {
		const tool = tools.get(id);
		if (tool !== undefined) tool.ok = ok;
	}
	return [...tools.values()];
}

/** The answer as a reader sees it: chunks of one id joined, a new id as a new paragraph. */
export function answerText(events: readonly AgentEvent[]): string {
	const paragraphs = new Map<string, string>();
	for (const event of events) {
		if (event.type !== 'agent_message_chunk') continue;
		paragraphs.set(event.messageId, (paragraphs.get(event.messageId) ?? '') + event.text);
	}
	return [...paragraphs.values()].join('\n\n');
}

/** Cuts bytes at the given places (any order, out of range and repeated places allowed). */
export function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
	const inside = places.filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b);
	const edges = [0, ...new Set(inside), bytes.length];
	return edges.slice(1).map((end, at) => bytes.subarray(edges[at], end));
}
