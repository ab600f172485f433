/** One turn as an export has it, from its records. */
import type { AgentEvent } from '../../../agents/events.ts';
import { readOrNull } from '../../../core/files/read-file.ts';
import { describeLimit } from '../../../limits/describe-limit.ts';
import { withoutVerdict } from '../../../relay/chat/chat-verdict.ts';
import { type TurnFileName, turnFile } from '../../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../../sessions/lineage/lineage.ts';
import { isDone } from '../../../sessions/turns/is-done.ts';
import { participantOf, type TurnState } from '../../../sessions/turns/turn-state.ts';
import { limitFromDisk } from '../../../turns/event-log.ts';
import { readTurnRecord } from '../../../turns/turn-records.ts';
import type { ExportQuestion, ExportStep, ExportTurn } from '../document.ts';
import type { Cleaner } from './clean-text.ts';
import type { Pricing } from './costs.ts';
import type { TurnDiffs } from './turn-diffs.ts';

/** How much of each text is exported, in characters. */
export interface Extent {
	/** How much of one turn's event log is read, bytes: of a longer one, its beginning and its end. */
	logBytes: number;
	message: number;
	prompt: number;
	toolOutput: number;
	stderr: number;
	diffBytes: number;
}

/** What a reader looks at; all of it with `--full`. */
export const USUAL_EXTENT: Extent = {
	logBytes: 4 * 1024 * 1024,
	message: 128 * 1024,
	prompt: 32 * 1024,
	toolOutput: 4 * 1024,
	stderr: 8 * 1024,
	diffBytes: 128 * 1024,
};

/** Node's longest text is half a gigabyte. */
const MOST = 256 * 1024 * 1024;

export const FULL_EXTENT: Extent = {
	logBytes: MOST,
	message: MOST,
	prompt: MOST,
	toolOutput: MOST,
	stderr: MOST,
	diffBytes: 64 * 1024 * 1024,
};

export interface TurnParts {
	cleaner: Cleaner;
	diffs: TurnDiffs;
	pricing: Pricing;
	extent: Extent;
}

interface PlacedTurn {
	entry: LineageEntry;
	state: TurnState;
	number: number;
	undoneAt: string | null;
	questions: readonly ExportQuestion[];
}

/** `onProblem` gets what is missing or was edited in the turn's records, in words. */
export async function gatherTurn(
	{ entry, state, number, undoneAt, questions }: PlacedTurn,
	{ cleaner, diffs, pricing, extent }: TurnParts,
	onProblem: (words: string) => void,
): Promise<ExportTurn> {
	const { folder, witness, meta } = entry;
	const record = readTurnRecord({ folder, state, witness }, extent.logBytes);
	if (state.status !== 'running') for (const issue of record.issues) onProblem(cleaner.text(issue));
	const leftOut: string[] = [];
	const clip = (text: string, what: string, maxChars: number, file: string) =>
		cleaner.clip(text, { what, maxChars, whole: file, onCut: (words) => leftOut.push(words) });
	const ownFile = (name: TurnFileName) => turnFile(folder, state.turn, name).slice(folder.length + 1);
	const text = (value: string) => cleaner.text(value);
	const worktree = `${state.worktree ?? meta.repo.worktree}/`;
	const story = storyOf(record.events, {
		isChat: state.trigger === 'chat',
		title: (words) => text(words.replaceAll(worktree, '')),
		text,
		message: (said) => clip(said, 'the answer', extent.message, ownFile('output.md')),
		output: (shown) => clip(shown, "a tool's output", extent.toolOutput, ownFile('events.jsonl')),
	});
	if (record.leftOutBytes > 0)
		leftOut.push(`the middle of a long turn; the whole is in ${ownFile('events.jsonl')}`);
	const said = record.userPrompt ?? record.unconfirmed ?? null;
	const diff = await diffs(state, extent.diffBytes);
	return {
		type: 'turn',
		session_id: meta.id,
		turn: state.turn,
		number,
		name: text(participantOf(state)),
		agent: text(state.agent),
		model: state.model === null ? null : text(state.model),
		trigger: state.trigger,
		status: state.status,
		stop_reason: state.stop_reason === null ? null : text(state.stop_reason),
		verdict: state.verdict ?? null,
		permissions: state.permissions,
		started_at: state.started_at,
		ended_at: state.ended_at,
		duration_ms: state.duration_ms,
		packet: state.packet === null ? null : text(state.packet),
		undone_at: undoneAt,
		prompt:
			said === null
				? null
				: {
						text: clip(said, 'the prompt', extent.prompt, ownFile('prompt.md')),
						is_confirmed: record.userPrompt !== null,
					},
		story,
		questions: [...questions],
		plan:
			state.plan_told === false
				? []
				: state.plan.map((item) => ({ text: text(item.text), status: item.status })),
		files: state.files.map(({ path, from, change, added, removed, source }) => ({
			path: text(path),
			from: from === undefined ? null : text(from),
			change,
			added,
			removed,
			source,
		})),
		diff: diff.text === null || diff.text === '' ? null : text(diff.text),
		diff_missing: diff.missing,
		validation: state.validation.map(({ kind, command, status, exit_code }) => ({
			kind,
			command: text(command),
			status,
			exit_code,
		})),
		tokens: tokensOf(state),
		cost: pricing(state),
		limit: limitText(state, text),
		error: state.error === null ? null : { code: text(state.error.code), message: text(state.error.message) },
		warnings: state.warnings.map(text),
		stderr: isDone(state) || state.status === 'running' ? null : stderrOf(folder, state, clip),
		left_out: leftOut,
	};
}

function tokensOf({ tokens: { input, output, cache_read, cache_write, reasoning } }: TurnState) {
	return { input, output, cache_read, cache_write, reasoning };
}

function limitText(
	{ limit, started_at, ended_at }: TurnState,
	text: (value: string) => string,
): string | null {
	if (limit === null) return null;
	const now = Date.parse(ended_at ?? started_at);
	return text(describeLimit(limitFromDisk(limit), { now: Number.isNaN(now) ? 0 : now }).summary);
}

type Clipping = (text: string, what: string, maxChars: number, file: string) => string;

/** null: it wrote nothing there. */
function stderrOf(folder: string, { turn }: TurnState, clip: Clipping): string | null {
	const path = turnFile(folder, turn, 'stderr.log');
	const bytes = readOrNull(path);
	if (bytes === null || bytes.length === 0) return null;
	const end = bytes.subarray(-STDERR_BYTES).toString().trim();
	return end === ''
		? null
		: clip(end, 'what it wrote to stderr', STDERR_BYTES, path.slice(folder.length + 1));
}

const STDERR_BYTES = 8 * 1024;

interface StoryParts {
	isChat: boolean;
	/** Paths in it are relative to the worktree. */
	title(words: string): string;
	text(value: string): string;
	message(said: string): string;
	output(shown: string): string;
}

/** Messages and tool calls in order; a call stands where it began, with its result. */
function storyOf(events: readonly AgentEvent[], parts: StoryParts): ExportStep[] {
	const results = new Map<string, ResultEvent>();
	for (const event of events) if (event.type === 'tool_result') results.set(event.id, event);
	const steps: ExportStep[] = [];
	const messages = mergedMessages(events);
	for (const event of messages) {
		if (event.type === 'tool_call') steps.push(toolStep(event, results.get(event.id) ?? null, parts));
		else if (event.type === 'agent_message_chunk' && event.text.trim() !== '')
			steps.push({
				type: 'message',
				text: parts.message(parts.isChat ? withoutVerdict(event.text) : event.text),
			});
	}
	return steps;
}

type ResultEvent = Extract<AgentEvent, { type: 'tool_result' }>;
type CallEvent = Extract<AgentEvent, { type: 'tool_call' }>;

/** Chunks of one message with nothing shown between them are one. */
function mergedMessages(events: readonly AgentEvent[]): AgentEvent[] {
	const merged: AgentEvent[] = [];
	for (const event of events) {
		if (event.type !== 'tool_call' && event.type !== 'agent_message_chunk') continue;
		const last = merged.at(-1);
		if (
			event.type === 'agent_message_chunk' &&
			last?.type === 'agent_message_chunk' &&
			last.messageId === event.messageId
		)
			merged[merged.length - 1] = { ...last, text: last.text + event.text };
		else merged.push(event);
	}
	return merged;
}

function toolStep(
	call: CallEvent,
	result: ResultEvent | null,
	{ text, title, output }: StoryParts,
): ExportStep {
	return {
		type: 'tool',
		name: text(call.name),
		kind: call.kind,
		title: title(call.title),
		command: call.command === null ? null : text(call.command),
		status: statusOf(result),
		exit_code: result?.exitCode ?? null,
		output: result === null ? '' : output(result.output),
		output_bytes: result?.outputBytes ?? null,
		is_sub_agent: call.speaker === 'sub_agent',
	};
}

function statusOf(result: ResultEvent | null): string {
	if (result === null || (result.ok === null && !result.denied)) return 'unknown';
	return result.denied ? 'denied' : result.ok === true ? 'ok' : 'error';
}
