import { relative } from 'node:path/posix';
import type { AgentEvent, PlanItem } from '../../agents/events.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { spokenMessages } from '../../turns/spoken-text.ts';
import type { TurnRecord } from '../../turns/turn-records.ts';
import type { PacketInput } from '../packet-input.ts';

export interface CommandRun {
	command: string;
	/** null: not reported, or never ended. */
	exitCode: number | null;
	outcome: 'ok' | 'error' | 'denied' | 'unknown';
	output: string;
}

/** What one turn said and did, without thoughts. */
export interface TurnStory {
	sessionId: string;
	turn: number;
	/** `turns/003-output.md`, relative to the folder of the current session. */
	transcript: string;
	promptFile: string;
	agent: string;
	model: string | null;
	status: TurnState['status'];
	trigger: TurnState['trigger'];
	/** null when the turn repeats an earlier prompt. */
	userPrompt: string | null;
	/** The recorded words of the user, if nobody witnessed them; null: none. */
	unconfirmed: string | null;
	/** The user's words of this turn are gone from the records. */
	hasLostWords: boolean;
	/** The answer's messages in order. */
	messages: string[];
	runs: CommandRun[];
	/** Last plan of the turn, even an empty one; null when it reported none. */
	plan: PlanItem[] | null;
	/** The plan of its conversation from before the turn; null if the turn reported one itself. */
	standing: PlanItem[] | null;
	validation: TurnState['validation'];
	files: TurnState['files'];
	issues: readonly string[];
}

/** The stories of the turns that the packet covers, oldest first. */
export function readStories({
	lineage,
	since,
	between = [],
	beside = [],
}: Pick<PacketInput, 'lineage' | 'since' | 'between' | 'beside'>): TurnStory[] {
	const folder = lineage.at(-1)?.folder ?? '';
	const known = since === null ? -1 : lineage.findIndex((session) => session.id === since.sessionId);
	return lineage.flatMap((session, at) => {
		const base = session.folder === folder ? '' : `${relative(folder, session.folder)}/`;
		const isMissed = ({ state }: TurnRecord) =>
			at > known ||
			between.includes(session.id) ||
			beside.includes(session.id) ||
			(at === known && since !== null && state.turn > since.turn);
		return session.turns.filter(isMissed).map((record) => readStory(record, session.id, base));
	});
}

function readStory(record: TurnRecord, sessionId: string, base: string): TurnStory {
	const { state } = record;
	const number = String(state.turn).padStart(3, '0');
	const plan = reportedPlan(record);
	return {
		sessionId,
		turn: state.turn,
		transcript: `${base}turns/${number}-output.md`,
		promptFile: `${base}turns/${number}-prompt.md`,
		agent: participantOf(state),
		model: state.model,
		status: state.status,
		trigger: state.trigger,
		userPrompt: record.userPrompt,
		unconfirmed: record.unconfirmed ?? null,
		hasLostWords: record.hasLostWords === true,
		messages: spokenMessages(record.events),
		runs: readRuns(record),
		plan,
		standing: plan === null && state.plan_told === false ? itemsOf(state.plan) : null,
		validation: state.validation,
		files: state.files,
		issues: record.issues,
	};
}

function readRuns({ events, state }: TurnRecord): CommandRun[] {
	const results = new Map(
		events.flatMap((event) => (event.type === 'tool_result' ? [[event.id, event]] : [])),
	);
	// The state has the native record's later corrections.
	const corrected = new Map(state.tools.map((tool) => [tool.id, tool]));
	return events.flatMap((event) => {
		if (event.type !== 'tool_call' || event.kind !== 'execute') return [];
		const result = results.get(event.id);
		const tool = corrected.get(event.id);
		const exitCode = tool?.exit_code ?? result?.exitCode ?? null;
		const outcome =
			result?.denied || tool?.status === 'denied' ? 'denied' : outcomeOf(result?.ok, tool?.status, exitCode);
		return [{ command: event.command ?? event.title, exitCode, outcome, output: result?.output ?? '' }];
	});
}

function outcomeOf(
	ok: boolean | null | undefined,
	status: string | undefined,
	exitCode: number | null,
): CommandRun['outcome'] {
	if (exitCode !== null) return exitCode === 0 ? 'ok' : 'error';
	if (status === 'ok' || status === 'error') return status;
	if (ok === true) return 'ok';
	return ok === false ? 'error' : 'unknown';
}

/** The state knows more about the same list (codex's record), but is out of date while a turn runs. */
function reportedPlan({ state, events }: TurnRecord): PlanItem[] | null {
	const inState = (state.plan_told ?? state.plan.length > 0) ? itemsOf(state.plan) : null;
	return state.status === 'running' ? (lastPlan(events) ?? inState) : (inState ?? lastPlan(events));
}

function lastPlan(events: readonly AgentEvent[]): PlanItem[] | null {
	const plan = events.findLast((event) => event.type === 'plan');
	return plan?.type === 'plan' ? itemsOf(plan.items) : null;
}

const itemsOf = (plan: readonly PlanItem[]): PlanItem[] => plan.map(({ text, status }) => ({ text, status }));
