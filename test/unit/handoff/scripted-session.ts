import type { AgentEvent, PlanItem } from '../../../src/agents/events.ts';
import type { PacketInput } from '../../../src/handoff/packet-input.ts';
import { TurnFacts } from '../../../src/turns/turn-facts.ts';
import type { TurnRecord } from '../../../src/turns/turn-records.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

export const SESSION = '01K3ZZZZZZZZZZZZZZZZZZZZZZ';

/** One thing an agent does in a scripted turn. */
export type Act =
	| { say: string }
	| { think: string }
	| { run: string; exit: number | null; out?: string }
	| { plan: string[] };

export interface ScriptedTurn {
	user: string | null;
	agent?: string;
	status?: TurnRecord['state']['status'];
	acts: Act[];
	files?: string[];
	session?: string;
	trigger?: TurnRecord['state']['trigger'];
}

const PLAN_MARKS: Record<string, PlanItem['status']> = { x: 'completed', '>': 'in_progress', ' ': 'pending' };

/** Plan items are written `x done thing`, `> current thing`, `  open thing`. */
function eventsOf(act: Act, id: string): AgentEvent[] {
	if ('say' in act) return [{ type: 'agent_message_chunk', messageId: id, text: act.say }];
	if ('think' in act) return [{ type: 'agent_thought_chunk', messageId: id, text: act.think }];
	if ('plan' in act)
		return [
			{
				type: 'plan',
				items: act.plan.map((line) => ({ text: line.slice(2), status: PLAN_MARKS[line[0]!]! })),
			},
		];
	const output = act.out ?? '';
	return [
		{ type: 'tool_call', id, name: 'shell', kind: 'execute', title: act.run, command: act.run, paths: [] },
		{
			type: 'tool_result',
			id,
			ok: act.exit === null ? null : act.exit === 0,
			denied: false,
			exitCode: act.exit,
			output,
			outputBytes: output.length,
		},
	];
}

export function scriptedTurn(turn: ScriptedTurn, number: number): TurnRecord {
	const events = turn.acts.flatMap((act, at) => eventsOf(act, `t${number}a${at}`));
	const facts = new TurnFacts();
	for (const event of events) facts.add(event, 0);
	const state = fakeTurnState({
		session_id: turn.session ?? SESSION,
		turn: number,
		agent: turn.agent ?? 'claude',
		status: turn.status ?? 'completed',
		trigger: turn.trigger ?? 'user',
		files: (turn.files ?? []).map((path) => ({
			path,
			change: 'modified',
			added: 1,
			removed: 1,
			source: 'git',
		})),
		...facts.toState(),
	});
	return { state, prompt: turn.user ?? '', userPrompt: turn.user, events, issues: [] };
}

/** A packet's input for one session whose last turn met a limit (unless a turn says otherwise). */
export function scriptedInput(turns: ScriptedTurn[], over: Partial<PacketInput> = {}): PacketInput {
	const records = turns.map((turn, at) =>
		scriptedTurn(at === turns.length - 1 ? { status: 'limited', ...turn } : turn, at + 1),
	);
	const last = turns.findLast(({ user }) => user !== null)?.user ?? null;
	return {
		lineage: [{ id: SESSION, folder: `.agent-relay/sessions/${SESSION}`, turns: records, notes: [] }],
		objective: turns[0]?.user ?? null,
		from: { id: 'claude', title: 'Claude Code' },
		to: { id: 'codex', title: 'Codex CLI' },
		reason: 'limit',
		limit: null,
		nowPrompt: last === null ? null : { text: last, isInterrupted: true },
		diffs: [],
		userEdits: [],
		startsIn: '',
		since: null,
		budgetBytes: 24 * 1024,
		inert: (text) => text,
		secrets: [],
		recordIssues: [],
		...over,
	};
}

/** The packet without its fenced records: what only the relay and the user may write. */
export function outsideRecords(markdown: string): string {
	return markdown.replace(/^<(record-[0-9a-f]{8})>\n(?:(?!<\/\1>).*\n)*<\/\1>\n/gm, '');
}

/** `count` different sentences of small talk, some of them said again and again. */
export function smallTalk(count: number, seed: number): string {
	const starts = [
		'I also read',
		'There was nothing odd in',
		'For completeness I went over',
		'As before I kept to the style of',
		'Nothing depends on',
	];
	const objects = [
		'the neighbouring folder',
		'the older part of the history',
		'the rest of that file',
		'the callers one by one',
		'the notes beside it',
	];
	const ends = [
		'and it reads well',
		'which took a moment',
		'as one would think',
		'so there is not much to tell',
		'and left it alone',
	];
	let x = seed * 7919 + 13;
	const pick = (list: string[]) => {
		x = (x * 1103515245 + 12345) % 2147483648;
		return list[(x >> 8) % list.length];
	};
	return Array.from({ length: count }, () => `${pick(starts)} ${pick(objects)} ${pick(ends)}.`).join(' ');
}

/** Log lines that differ in numbers only. */
export function logNoise(lines: number): string {
	return Array.from(
		{ length: lines },
		(_, i) => `[${i}] worker-${i % 7} fetched object ${(i * 2654435761) % 4294967296} in ${i % 90} ms`,
	).join('\n');
}
