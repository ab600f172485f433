/** Writes the turns of a transcript as this relay records its own: prompt, events, readable text and state of each. */
import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { excerptLine } from '../agents/reading/excerpt.ts';
import { toIso, toIsoOrNull } from '../core/clock.ts';
import { AppendFile } from '../core/files/append-file.ts';
import { explainingWrites } from '../core/files/write-failure.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { serializeTurnState } from '../sessions/files/json-record.ts';
import { type TurnFileName, turnFile } from '../sessions/files/session-paths.ts';
import type { SessionDraft } from '../sessions/store/make-session.ts';
import { TURN_STATE_VERSION, type TurnState } from '../sessions/turns/turn-state.ts';
import { limitToDisk, serializeEvent } from '../turns/event-log.ts';
import { Transcript } from '../turns/record/output-text.ts';
import { tokensToDisk } from '../turns/record/token-counts.ts';
import type { TranscriptTurn, TurnStep } from './group-turns.ts';

export interface RecordedAs {
	agent: string;
	/** null: the conversation cannot be resumed. */
	nativeId: string | null;
	/** Where it worked; absolute. */
	worktree: string;
	/** The folder of the worktree, relative to it; '': the worktree itself. */
	folder: string;
	/** For lines without a time, epoch ms. */
	now: number;
	/** Takes the state of each turn that has ended; absent: it is written. */
	onState?: (state: TurnState) => void;
}

type Event = Extract<TurnStep, { step: 'event' }>['event'];
type Tool = TurnState['tools'][number];

/** Tools of one turn that its state names; all are in its events. */
const MAX_TOOLS = 2_000;

interface Open {
	turn: number;
	prompt: Buffer;
	events: AppendFile;
	output: AppendFile;
	text: Transcript;
	seq: number;
	tools: Map<string, Tool>;
	/** As last reported in this turn; null: not in this turn. */
	plan: TurnState['plan'] | null;
}

export class TurnRecording {
	readonly states: TurnState[] = [];
	readonly #draft: Pick<SessionDraft, 'id' | 'writableFolder' | 'wayTo'>;
	readonly #as: RecordedAs;
	#open: Open | null = null;

	constructor(draft: Pick<SessionDraft, 'id' | 'writableFolder' | 'wayTo'>, as: RecordedAs) {
		this.#draft = draft;
		this.#as = as;
	}

	/** Throws `disk_full`, `not_writable`. */
	write(step: TurnStep): void {
		explainingWrites(this.#draft.writableFolder(), () => {
			if (step.step === 'begin') this.#begin(step);
			else if (step.step === 'event') this.#event(step.event, step.at);
			else this.#end(step.turn);
		});
	}

	/** The state of the turn that is open, by what is known of it; null: none is. */
	stateOf(known: TranscriptTurn): TurnState | null {
		const open = this.#open;
		const planBefore = this.states.at(-1)?.plan ?? [];
		return (
			open &&
			stateOf({ ...known, turn: open.turn }, open, { ...this.#as, sessionId: this.#draft.id, planBefore })
		);
	}

	close(): void {
		this.#open?.events.close();
		this.#open?.output.close();
		this.#open = null;
	}

	#begin({ turn, text }: Extract<TurnStep, { step: 'begin' }>): void {
		const prompt = Buffer.from(text);
		const path = this.#path(turn, 'prompt.md');
		writeAtomic(this.#draft.wayTo(path), prompt);
		const wayTo = (at: string) => this.#draft.wayTo(at);
		this.#open = {
			turn,
			prompt,
			events: new AppendFile(this.#path(turn, 'events.jsonl'), { hash: true, isOfLines: true, wayTo }),
			output: new AppendFile(this.#path(turn, 'output.md'), { wayTo }),
			text: new Transcript(),
			seq: 0,
			tools: new Map(),
			plan: null,
		};
	}

	#event(event: Event, at: number | null): void {
		const open = this.#open;
		if (open === null) return;
		const ts = at ?? this.#as.now;
		open.events.append(Buffer.from(serializeEvent({ ts, seq: ++open.seq, event })));
		open.output.append(Buffer.from(open.text.add(event)));
		noteTool(event, open.tools);
		if (event.type === 'plan') open.plan = event.items.map((item) => ({ ...item }));
	}

	#end(ended: TranscriptTurn): void {
		const open = this.#open;
		if (open === null) return;
		open.output.append(Buffer.from(open.text.end()));
		const planBefore = this.states.at(-1)?.plan ?? [];
		const state = stateOf(ended, open, { ...this.#as, sessionId: this.#draft.id, planBefore });
		this.close();
		this.states.push(state);
		if (this.#as.onState !== undefined) {
			this.#as.onState(state);
			return;
		}
		const path = this.#path(state.turn, 'state.json');
		writeAtomic(this.#draft.wayTo(path), serializeTurnState(state, path));
	}

	#path(turn: number, name: TurnFileName): string {
		return turnFile(this.#draft.writableFolder(), turn, name);
	}
}

function noteTool(event: Event, tools: Map<string, Tool>): void {
	if (event.type === 'tool_call' && tools.size < MAX_TOOLS) {
		const { id, name, kind, title, command, paths } = event;
		tools.set(id, {
			id,
			name,
			kind,
			title,
			command,
			paths,
			status: 'unknown',
			exit_code: null,
			duration_ms: null,
		});
	}
	const known = event.type === 'tool_result' ? tools.get(event.id) : undefined;
	if (event.type !== 'tool_result' || known === undefined) return;
	const { denied, ok, exitCode } = event;
	const status = denied ? 'denied' : ok === null ? 'unknown' : ok ? 'ok' : 'error';
	tools.set(event.id, { ...known, status, exit_code: exitCode });
}

const STOP_REASONS = {
	completed: 'end_turn',
	cancelled: 'cancelled',
	limited: 'limit',
	failed: 'api_error',
} as const;

function stateOf(
	ended: TranscriptTurn,
	{ prompt, events, output, tools, plan }: Open,
	as: RecordedAs & { sessionId: string; planBefore: TurnState['plan'] },
): TurnState {
	const { turn, outcome, message, startedAt, endedAt, totals } = ended;
	const started = startedAt ?? as.now;
	return {
		schema_version: TURN_STATE_VERSION,
		session_id: as.sessionId,
		turn,
		agent: as.agent,
		agent_version: ended.version,
		model: ended.model,
		native_session_id: as.nativeId,
		status: outcome,
		stop_reason: STOP_REASONS[outcome],
		trigger: 'user',
		started_at: toIso(started),
		adopted_at: toIso(as.now),
		ended_at: toIsoOrNull(endedAt ?? started),
		duration_ms: startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt),
		first_output_ms: null,
		exit_code: null,
		signal: null,
		pid: null,
		pid_start: null,
		strays: [],
		argv: [],
		executable: '',
		worktree: as.worktree,
		...(as.folder === '' ? {} : { folder: as.folder }),
		permissions: 'edit',
		resumed: turn > 1,
		packet: null,
		tokens: tokensToDisk(ended.tokens),
		cumulative_tokens: totals && tokensToDisk(totals),
		cost_usd: null,
		cost_source: 'none',
		tools: [...tools.values()],
		files: ended.edited.flatMap((path) => fileOf(path, as)),
		validation: [],
		plan: plan ?? as.planBefore,
		plan_told: plan !== null,
		limit: outcome === 'limited' ? limitOf(message ?? '', as.agent) : null,
		error: outcome === 'failed' ? { code: 'api_error', message: excerptLine(message ?? '') } : null,
		tree: { before: null, after: null },
		bytes: { raw: 0, output: output.bytes, stderr: 0 },
		user_prompt: { turn, start: 0, end: prompt.length },
		hashes: {
			prompt: createHash('sha256').update(prompt).digest('hex'),
			events: events.digest(),
			output: null,
		},
		utilization: [],
		warnings: [],
		heard: true,
	};
}

/** Paths outside the worktree are left out, as they are where the relay looks itself. */
function fileOf(path: string, { worktree, folder }: RecordedAs): TurnState['files'] {
	const inTree = isAbsolute(path) ? relative(worktree, path) : [folder, path].filter(Boolean).join('/');
	if (inTree === '' || inTree === '..' || inTree.startsWith(`..${sep}`) || isAbsolute(inTree)) return [];
	return [{ path: inTree, change: 'modified', added: null, removed: null, source: 'tool' }];
}

function limitOf(excerpt: string, agent: string): TurnState['limit'] {
	return limitToDisk({
		kind: 'window',
		resetAt: null,
		window: null,
		scope: null,
		source: { channel: 'native', rule: `${agent}:transcript`, excerpt: excerptLine(excerpt) },
		confidence: 'estimated',
	});
}
