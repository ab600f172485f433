/**
 * Sums up the events of a turn: tools with outcomes, plan, validation, tokens. A pure fold, shared by the live turn and by
 * recovery, so both give the same state.
 */

import type { ParsedTurn } from '../agents/agent-adapter.ts';
import type { AgentEvent, PlanItem, ToolKind, Utilization } from '../agents/events.ts';
import { toIso } from '../core/clock.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { QuestionEvent } from './questions/question-log.ts';
import { Refusals, type Refused } from './questions/refusals.ts';
import { ToolWaits } from './questions/tool-waits.ts';
import { unwrapShell, validationKind } from './validation.ts';

/** How many tools the state keeps; a turn with more keeps the first and the last half, the log has all. */
const MAX_TOOLS = 2000;

interface ToolFacts {
	id: string;
	name: string;
	kind: ToolKind;
	title: string;
	command: string | null;
	status: 'running' | 'ok' | 'error' | 'denied' | 'unknown';
	exitCode: number | null;
	startedAt: number;
	durationMs: number | null;
	paths: string[];
}

export class TurnFacts {
	nativeSessionId: string | null = null;
	model: string | null = null;
	/** Names; null: not reported. */
	mcpServers: readonly string[] | null = null;
	/** True once the adapter's terminal event was seen: the answer is final. */
	isFinal = false;
	/** True once the model itself produced something: text, thought or a tool call. */
	hasModelOutput = false;
	#tools = new Map<string, ToolFacts>();
	#plan: TurnState['plan'];
	#isPlanReported = false;
	#utilization: Utilization[] = [];
	readonly #waits = new ToolWaits();
	readonly #refusals = new Refusals();

	/** `planBefore`: the plan of the native session, valid until the turn reports another. */
	constructor(planBefore: readonly PlanItem[] = []) {
		this.#plan = planBefore.map(planItem);
	}

	/** Adds one event. Returns true when the state on disk is worth replacing. */
	add(event: AgentEvent, atMs: number): boolean {
		switch (event.type) {
			case 'session_started':
				this.nativeSessionId = event.nativeSessionId;
				this.model = event.model ?? this.model;
				// The earlier plan belonged to the conversation that was not resumed.
				if (event.lacksStory && !this.#isPlanReported) this.#plan = [];
				this.mcpServers = event.mcpServers ?? this.mcpServers;
				return true;
			case 'agent_message_chunk':
			case 'agent_thought_chunk':
				this.hasModelOutput = true;
				return false;
			case 'tool_call':
				this.hasModelOutput = true;
				this.#call(event, atMs);
				return true;
			case 'tool_result':
				this.#result(event, atMs);
				return true;
			case 'plan':
				this.#plan = event.items.map(planItem);
				this.#isPlanReported = true;
				return true;
			case 'utilization':
				this.#utilization = mergeWindows(this.#utilization, event.windows);
				return true;
			case 'turn_ended':
				this.isFinal = true;
				return true;
			case 'limit':
				return true;
			case 'continued':
				this.isFinal = false;
				return false;
			case 'retry':
			case 'usage':
			case 'error':
			case 'background_tasks':
			case 'interim_answer':
			case 'compacting':
				return false;
			default:
				return assertNever(event);
		}
	}

	/** A question of the agent, or its outcome. */
	question(event: QuestionEvent, atMs: number): void {
		const running = [...this.#tools.values()].filter(({ status }) => status === 'running');
		this.#waits.question(event, atMs, running);
		this.#refusals.question(event);
	}

	/** Outcomes that only the native record knows replace those of the stream. */
	applyNative(results: ParsedTurn['toolResults']): void {
		for (const { id, ok, exitCode, denied } of results) {
			const tool = this.#tools.get(id);
			if (!tool || tool.status === 'denied') continue;
			tool.status = denied ? 'denied' : ok ? 'ok' : 'error';
			tool.exitCode = exitCode;
		}
	}

	/** What the user was asked for and did not allow, and no tool of this turn shows. */
	unshownRefusals(): Refused[] {
		return this.#refusals.match([...this.#tools.values()]).unshown;
	}

	/** Calls still without a result will never have one: they become `denied` where the user did not allow them, else `unknown`. */
	close(): void {
		const { refused } = this.#refusals.match([...this.#tools.values()]);
		for (const tool of this.#tools.values())
			if (tool.status === 'running') tool.status = refused.has(tool) ? 'denied' : 'unknown';
	}

	get hasOpenTool(): boolean {
		for (const tool of this.#tools.values()) if (tool.status === 'running') return true;
		return false;
	}

	/** Files of edit tools that succeeded, for folders without git. */
	editedFiles(): TurnState['files'] {
		const edits = [...this.#tools.values()].filter(({ kind, status }) => kind === 'edit' && status === 'ok');
		const paths = [...new Set(edits.flatMap(({ paths }) => paths))];
		return paths.map((path) => ({ path, change: 'modified', added: null, removed: null, source: 'tool' }));
	}

	toState(): Pick<TurnState, 'tools' | 'plan' | 'plan_told' | 'validation' | 'utilization'> {
		return {
			tools: this.#shownTools().map(
				({ id, name, kind, title, command, status, exitCode, durationMs, paths }) => ({
					id,
					name,
					kind,
					title,
					command,
					status,
					exit_code: exitCode,
					duration_ms: durationMs,
					paths,
				}),
			),
			plan: this.#plan,
			plan_told: this.#isPlanReported,
			validation: this.#validation(),
			utilization: this.#utilization.map(({ window, ratio, resetAt }) => ({
				window,
				ratio,
				reset_at: resetAt === null ? null : toIso(resetAt),
			})),
		};
	}

	#call(event: Extract<AgentEvent, { type: 'tool_call' }>, atMs: number): void {
		const { id, name, kind, title, command, paths } = event;
		const known = this.#tools.get(id);
		if (known) {
			Object.assign(known, { name, kind, title, command, paths });
			return;
		}
		this.#tools.set(id, {
			id,
			name,
			kind,
			title,
			command,
			paths,
			status: 'running',
			exitCode: null,
			startedAt: atMs,
			durationMs: null,
		});
	}

	#result(event: Extract<AgentEvent, { type: 'tool_result' }>, atMs: number): void {
		const tool = this.#tools.get(event.id);
		if (!tool) return;
		tool.status = event.denied ? 'denied' : event.ok === null ? 'unknown' : event.ok ? 'ok' : 'error';
		tool.exitCode = event.exitCode;
		tool.durationMs = Math.max(0, Math.round(atMs - tool.startedAt));
	}

	#shownTools(): ToolFacts[] {
		const tools = [...this.#tools.values()];
		if (tools.length <= MAX_TOOLS) return tools;
		return [...tools.slice(0, MAX_TOOLS / 2), ...tools.slice(-MAX_TOOLS / 2)];
	}

	#validation(): TurnState['validation'] {
		return this.#shownTools().flatMap(({ kind, command, status, exitCode }) => {
			if (kind !== 'execute' || command === null || status === 'denied') return [];
			const checks = validationKind(command);
			if (checks === null) return [];
			const verdict = status === 'ok' ? 'passed' : status === 'error' ? 'failed' : 'unknown';
			return [{ kind: checks, command: unwrapShell(command), status: verdict, exit_code: exitCode } as const];
		});
	}
}

/** Each event reports the windows it knows of; the others stay unchanged. */
function mergeWindows(known: readonly Utilization[], reported: readonly Utilization[]): Utilization[] {
	const byName = new Map([...known, ...reported].map((one) => [one.window, one]));
	return [...byName.values()];
}

/** An item in the form of the state file. */
function planItem({ text, status, id }: PlanItem): TurnState['plan'][number] {
	return { text, status, ...(id === undefined ? {} : { id }) };
}

function assertNever(value: never): never {
	throw new Error(`unknown event ${JSON.stringify(value)}`);
}
