/** The plan over turns, finished sessions and other agents, as claude's numbered tasks and the relay's records give it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaudeParser } from '../../../../src/agents/claude/stream-parser.ts';
import type { AgentEvent, PlanItem, PlanStatus } from '../../../../src/agents/events.ts';
import { readStories } from '../../../../src/handoff/pieces/turn-story.ts';
import { newestPlan } from '../../../../src/handoff/talk/plan-pieces.ts';
import { agentStanding, type PlacedTurn } from '../../../../src/relay/packet/placed-turns.ts';
import { TurnFacts } from '../../../../src/turns/turn-facts.ts';
import type { TurnRecord } from '../../../../src/turns/turn-records.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

const NATIVE = '7c1d2f5e-0000-4000-8000-000000000001';
const STATUSES = ['pending', 'in_progress', 'completed'] as const;

type Edit =
	| { do: 'create'; text: string }
	| { do: 'update'; pick: number; status: PlanStatus }
	| { do: 'rename'; pick: number; text: string }
	| { do: 'delete'; pick: number }
	| { do: 'list' };
/** `codex`: another agent's turn, with a plan of its own or none. `ends`: the session is finished after it. */
type Step =
	| { who: 'claude'; edits: Edit[]; isCut: boolean; ends: boolean }
	| { who: 'codex'; plan: string[] | null; ends: boolean };

const word = fc.string({ minLength: 1, maxLength: 12 }).map((text) => `do ${text}`);
const pick = fc.nat(9);
const edit: fc.Arbitrary<Edit> = fc.oneof(
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), text: word }) },
	{
		weight: 3,
		arbitrary: fc.record({ do: fc.constant('update' as const), pick, status: fc.constantFrom(...STATUSES) }),
	},
	fc.record({ do: fc.constant('rename' as const), pick, text: word }),
	fc.record({ do: fc.constant('delete' as const), pick }),
	fc.record({ do: fc.constant('list' as const) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({
			who: fc.constant('claude' as const),
			edits: fc.array(edit, { maxLength: 6 }),
			isCut: fc.boolean(),
			ends: fc.boolean(),
		}),
	},
	fc.record({
		who: fc.constant('codex' as const),
		plan: fc.option(fc.array(word, { minLength: 1, maxLength: 3 })),
		ends: fc.boolean(),
	}),
);

/** What claude itself keeps: a numbered list whose numbers are never used twice. */
class Tasks {
	readonly list = new Map<string, { text: string; status: PlanStatus }>();
	#next = 1;
	#call = 0;

	/** The lines of one edit, and true if it changed or reported the list. */
	apply(edit: Edit): { lines: string; isReported: boolean } {
		const ids = [...this.list.keys()];
		const id = 'pick' in edit ? ids[edit.pick % Math.max(1, ids.length)] : undefined;
		switch (edit.do) {
			case 'create': {
				const created = String(this.#next++);
				this.list.set(created, { text: edit.text, status: 'pending' });
				return this.#lines(
					'TaskCreate',
					{ subject: edit.text },
					{ task: { id: created, subject: edit.text } },
				);
			}
			case 'list': {
				const tasks = [...this.list].map(([id, { text, status }]) => ({ id, subject: text, status }));
				return this.#lines('TaskList', {}, { tasks });
			}
			default: {
				if (id === undefined) return { lines: '', isReported: false };
				const task = this.list.get(id) ?? { text: '', status: 'pending' as const };
				if (edit.do === 'delete') this.list.delete(id);
				else if (edit.do === 'rename') this.list.set(id, { ...task, text: edit.text });
				else this.list.set(id, { ...task, status: edit.status });
				const change =
					edit.do === 'delete'
						? { status: 'deleted' }
						: edit.do === 'rename'
							? { subject: edit.text }
							: { status: edit.status };
				return this.#lines('TaskUpdate', { taskId: id, ...change }, { success: true });
			}
		}
	}

	plan(): PlanItem[] {
		return [...this.list.values()].map(({ text, status }) => ({ text, status }));
	}

	#lines(name: string, input: object, extras: object): { lines: string; isReported: boolean } {
		const id = `t${this.#call++}`;
		const call = {
			type: 'assistant',
			message: { id: 'm', content: [{ type: 'tool_use', id, name, input }] },
		};
		const content = [{ type: 'tool_result', tool_use_id: id, content: 'done' }];
		const result = { type: 'user', message: { role: 'user', content }, tool_use_result: extras };
		return { lines: `${JSON.stringify(call)}\n${JSON.stringify(result)}\n`, isReported: true };
	}
}

const INIT = `${JSON.stringify({ type: 'system', subtype: 'init', session_id: NATIVE, model: 'm' })}\n`;
const plain = (plan: readonly PlanItem[]) => plan.map(({ text, status }) => ({ text, status }));

/** A turn of claude as the relay runs it: from the plan that stands to the state on disk. */
function claudeTurn(
	step: Extract<Step, { who: 'claude' }>,
	tasks: Tasks,
	before: readonly PlacedTurn[],
	place: { sessionId: string; turn: number },
) {
	const isResumed = before.some(({ state }) => state.agent === 'claude');
	const standing = agentStanding(before, 'claude', isResumed ? NATIVE : null);
	expect(standing.nativeSessionId).toBe(isResumed ? NATIVE : null);
	const parser = new ClaudeParser({
		requestedSessionId: NATIVE,
		resume: isResumed,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => 0,
		...(standing.plan === null ? {} : { planBefore: standing.plan }),
	});
	const facts = new TurnFacts(standing.plan ?? []);
	const applied = step.edits.map((edit) => tasks.apply(edit));
	const bytes = Buffer.from(INIT + applied.map(({ lines }) => lines).join(''));
	const events: AgentEvent[] = parser.push(bytes);
	for (const event of events) facts.add(event, 0);
	const { plan, plan_told } = JSON.parse(JSON.stringify(facts.toState()));
	const state = fakeTurnState({
		session_id: place.sessionId,
		turn: place.turn,
		agent: 'claude',
		native_session_id: NATIVE,
		resumed: isResumed,
		status: step.isCut ? 'cancelled' : 'completed',
		plan,
		plan_told,
	});
	return { state, events, isReported: applied.some(({ isReported }) => isReported) };
}

describe('the plan of a native session', () => {
	it('lasts over turns that do not touch it, finished sessions and other agents, and goes into every packet', () => {
		fc.assert(
			fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
				const tasks = new Tasks();
				const placed: PlacedTurn[] = [];
				const records: Array<{ sessionId: string; turns: TurnRecord[] }> = [];
				let session = 0;
				let turn = 0;
				let lastReported: PlanItem[] | null = null;
				for (const one of steps) {
					const sessionId = `session-${session}`;
					turn++;
					let made: { state: ReturnType<typeof fakeTurnState>; events: AgentEvent[] };
					if (one.who === 'claude') {
						const { isReported, ...ran } = claudeTurn(one, tasks, placed, { sessionId, turn });
						made = ran;
						// What stands is claude's own list, whatever happened in between.
						expect(plain(ran.state.plan)).toEqual(tasks.plan());
						if (isReported) lastReported = tasks.plan();
					} else {
						const facts = new TurnFacts();
						const items = one.plan?.map((text) => ({ text, status: 'pending' as const })) ?? null;
						const events: AgentEvent[] = items === null ? [] : [{ type: 'plan', items }];
						for (const event of events) facts.add(event, 0);
						const { plan, plan_told } = facts.toState();
						const more = plan_told === undefined ? {} : { plan_told };
						const native_session_id = 'thread';
						const state = fakeTurnState({
							session_id: sessionId,
							turn,
							agent: 'codex',
							native_session_id,
							plan,
							...more,
						});
						made = { state, events };
						if (items !== null) lastReported = items;
					}
					placed.push({ sessionId, folder: '', worktree: '', state: made.state, witness: fakeWitness() });
					const record = { prompt: '', userPrompt: null, issues: [], ...made };
					const at = records.find((known) => known.sessionId === sessionId);
					if (at) at.turns.push(record);
					else records.push({ sessionId, turns: [record] });
					const lineage = records.map(({ sessionId, turns }) => ({
						id: sessionId,
						folder: sessionId,
						turns,
						notes: [],
					}));
					const packed = newestPlan(readStories({ lineage, since: null }), (text) => text);
					expect(packed?.items ?? null).toEqual(lastReported);
					if (one.ends) {
						session++;
						turn = 0;
					}
				}
			}),
			{ numRuns: 300 },
		);
	});
});
