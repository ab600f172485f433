/** The agent's part: the task as given, in the entrant's worktree, as a conversation of its own. */
import { fromIso, toIsoOrNull } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { describeLimit } from '../../limits/describe-limit.ts';
import { openConversation } from '../../relay/conversation.ts';
import type { Conversation, SendOptions, SendResult } from '../../relay/conversation-contract.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import type { Ports, RelayStart } from '../../relay/ports.ts';
import { oldestPrices } from '../../sessions/lineage/price-dates.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { writtenOf } from '../../sessions/turns/turn-tokens.ts';
import { limitFromDisk } from '../../turns/event-log.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import type { EntrantContext } from './entrant-context.ts';
import { entrantRepo } from './entrant-folder.ts';

/** How the work ended. `interrupted`: with the whole race, so it can be gone on with. */
export interface WorkEnd {
	outcome: Exclude<EntrantRecord['outcome'], null> | 'interrupted';
	reason: string | null;
	limitedUntil: number | null;
	turns: TurnState[];
}

/** A turn has the same limit of its own and ends by it; this one is for work that went over several. */
const LIMIT_MARGIN_MS = 1_000;

/** Throws RelayError when nothing can be recorded (`disk_full`) or the agent cannot be started. */
export async function workOn(context: EntrantContext): Promise<WorkEnd> {
	const deadline = new AbortController();
	const work = new EntrantWork(context, deadline);
	const { max_time_s } = context.race().options;
	const timer = setTimeout(() => deadline.abort(), max_time_s * 1000 + LIMIT_MARGIN_MS);
	const stop = () => deadline.abort();
	context.signal.addEventListener('abort', stop, { once: true });
	if (context.signal.aborted) stop();
	try {
		return await work.run();
	} finally {
		clearTimeout(timer);
		context.signal.removeEventListener('abort', stop);
	}
}

/** A cut-off turn may prove to be completed once its record is read to the end. */
const ENDED_BY_ITSELF: ReadonlyArray<TurnState['status']> = ['completed', 'failed', 'timed_out'];

/** The relay ended that turn, since it could not record it. */
const isCutByDisk = ({ error }: TurnState) => error?.code === 'disk_full';

class EntrantWork {
	readonly #context: EntrantContext;
	readonly #stop: AbortController;

	/** `stop`: aborted by a signal from outside and at the time limit. */
	constructor(context: EntrantContext, stop: AbortController) {
		this.#context = context;
		this.#stop = stop;
	}

	async run(): Promise<WorkEnd> {
		const { hardSignal } = this.#context;
		const ports = await entrantPorts(this.#context);
		const earlier = earlierSession(this.#context);
		const relay = openConversation(ports, this.#start(earlier));
		const onHard = () => relay.stopHard();
		hardSignal.addEventListener('abort', onHard);
		try {
			const result = earlier === null ? await this.#send(relay) : await this.#goOn(relay, earlier);
			return this.#endOf(result, relay.view.turns());
		} finally {
			hardSignal.removeEventListener('abort', onHard);
			await relay.close();
		}
	}

	#send(relay: Conversation): Promise<SendResult> {
		return relay.send(this.#context.race().task, this.#options());
	}

	/** Once more by the conversation's own rules; what had ended by itself stays as it ended. */
	async #goOn(relay: Conversation, session: SessionId): Promise<SendResult> {
		const { store } = this.#context.deps.relay;
		const isDone = store.status(session).status === 'completed';
		if (!isDone) for (const line of await relay.resume(session)) this.#notice(line);
		const turns = isDone ? store.turns(session) : relay.view.turns();
		const last = turns.at(-1);
		if (last === undefined) return this.#send(relay);
		if (isDone || (ENDED_BY_ITSELF.includes(last.status) && !isCutByDisk(last))) {
			this.#ownTurns = turns;
			return { outcome: last.status, state: last, sessionId: session, limit: null, earliestReset: null };
		}
		if (!this.#context.race().options.handover && this.#isStillLimited(last)) {
			const limit = last.limit === null ? null : limitFromDisk(last.limit);
			return { outcome: 'limited', state: last, sessionId: session, limit, earliestReset: null };
		}
		return relay.continuePending(this.#options());
	}

	#lastTurn(session: SessionId): TurnState | undefined {
		return this.#context.deps.relay.store.turns(session).at(-1);
	}

	/** It ended at a limit that is known to last. */
	#isStillLimited(last: TurnState | undefined): boolean {
		const resetAt = fromIso(last?.limit?.reset_at);
		return last?.status === 'limited' && (resetAt ?? 0) > this.#context.clock.now();
	}

	/** The state of a session that was not opened again. */
	#ownTurns: TurnState[] = [];

	#options(): SendOptions {
		return {
			signal: this.#stop.signal,
			onEvent: (event) => this.#onEvent(event),
			showsEdits: false,
			wait: false,
		};
	}

	#onEvent(event: RelayEvent): void {
		const { change, emit, entrant } = this.#context;
		const { id, agents } = entrant();
		if (event.type === 'session_opened' && entrant().session_id !== event.sessionId)
			change({ session_id: event.sessionId });
		if (event.type === 'turn_started' && agents.at(-1) !== event.agent)
			change({ agents: [...agents, event.agent] });
		emit({ type: 'entrant_event', entrant: id, event });
	}

	#notice(text: string): void {
		const { emit, entrant } = this.#context;
		emit({ type: 'notice', level: 'info', text: `${entrant().id}: ${text}` });
	}

	#start(earlier: SessionId | null): RelayStart {
		const { race, entrant, parentTurn } = this.#context;
		const { agent, model, agents } = entrant();
		const { options, id } = race();
		const order = orderOf(this.#context);
		const parent = parseSessionId(id);
		// Once it is to hand over, the record of limits says who takes it; else it is the agent that was named, limited or not.
		const hasMoved =
			earlier !== null &&
			options.handover &&
			(agents.length > 1 || this.#isStillLimited(this.#lastTurn(earlier)));
		return {
			kind: 'race',
			agent: hasMoved ? null : agent,
			model: hasMoved ? null : model,
			permissions: options.permissions,
			order,
			named: race().entrants.map((one) => one.agent),
			timeoutMs: options.max_time_s * 1000,
			parentTurn,
			...(parent === null ? {} : { parent }),
			trigger: 'race',
		};
	}

	#endOf(result: SendResult, relayTurns: readonly TurnState[]): WorkEnd {
		const turns = relayTurns.length > 0 ? [...relayTurns] : this.#ownTurns;
		const end = (outcome: WorkEnd['outcome'], reason: string | null = null): WorkEnd => ({
			outcome,
			reason,
			limitedUntil: null,
			turns,
		});
		const failure = result.state?.error;
		if (failure?.code === 'disk_full') throw new RelayError('disk_full', failure.message);
		switch (result.outcome) {
			case 'completed':
				return result.state?.stop_reason === 'background_stopped'
					? end('background_stopped', 'its background tasks were stopped')
					: end('completed');
			case 'outcome_unknown':
				return end(result.outcome);
			case 'limited':
			case 'nobody_left':
				return { ...end('limited', this.#limitText(result)), limitedUntil: this.#limitedUntil(result) };
			case 'timed_out':
				return end('timed_out', this.#timeText());
			case 'cancelled':
				return this.#stopped(end);
			case 'failed':
			case 'running':
				return end('failed', failure?.message ?? result.state?.stop_reason ?? null);
			case 'out_of_budget':
				return end('failed', 'budgets.max_turns or budgets.max_cost is used up');
			default:
				return result.outcome satisfies never;
		}
	}

	#stopped(end: (outcome: WorkEnd['outcome'], reason?: string) => WorkEnd): WorkEnd {
		const by = this.#context.stoppedBy();
		if (by === 'race') return end('interrupted', 'interrupted with the race');
		if (by === 'user') return end('stopped', 'stopped by you');
		return this.#stop.signal.aborted
			? end('timed_out', this.#timeText())
			: end('failed', 'it was interrupted');
	}

	#timeText(): string {
		return `was not done within ${this.#context.race().options.max_time_s} s (--max-time)`;
	}

	#limitedUntil({ limit, earliestReset, state }: SendResult): number | null {
		return earliestReset ?? limit?.resetAt ?? fromIso(state?.limit?.reset_at);
	}

	#limitText(result: SendResult): string {
		const { limit } = result;
		if (limit === null) return 'no agent could take over';
		// The reset is recorded separately as a time, which is still true when the record is read.
		return describeLimit(limit, { now: this.#context.clock.now() }).what;
	}
}

/** What the record says of the work, however it ended. Costs and tokens only where every turn reports them. */
export function workFigures(end: WorkEnd, workMs: number): Partial<EntrantRecord> {
	const { turns } = end;
	const costs = turns.map(({ cost_usd }) => cost_usd);
	const sources = [...new Set(turns.map(({ cost_source }) => cost_source))];
	const [source = 'none'] = sources;
	return {
		work_ms: Math.round(workMs),
		tokens: {
			input: total(turns.map(({ tokens }) => tokens.input)),
			output: total(turns.map(({ tokens }) => (tokens.output === null ? null : writtenOf(tokens)))),
		},
		cost_usd: costs.includes(null) ? null : total(costs),
		cost_source: sources.length > 1 ? 'mixed' : source,
		...oldestPrices(turns),
		limited_until: toIsoOrNull(end.limitedUntil),
		reason: end.reason,
	};
}

/** null where none is known. */
function total(counts: ReadonlyArray<number | null>): number | null {
	const known = counts.filter((count) => count !== null);
	return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/** Where a relay died between the making of the session and the record of it, the session is found by its parent. */
function earlierSession({ race, entrant, deps }: EntrantContext): SessionId | null {
	const { session_id, worktree } = entrant();
	const { store } = deps.relay;
	const known = session_id === null ? null : parseSessionId(session_id);
	const all = store.list({ order: 'created' }).filter(({ meta }) => meta?.parent === race().id);
	if (known !== null) return all.some(({ id }) => id === known) ? known : null;
	return all.find(({ meta }) => meta?.repo.worktree === worktree)?.id ?? null;
}

/** The relay for this worktree, with hand-overs only where the user asked for them. */
async function entrantPorts(context: EntrantContext): Promise<Ports> {
	const own = await context.deps.inWorktree(entrantRepo(context));
	if (context.race().options.handover) return own;
	return {
		...own,
		policy: () => {
			const policy = own.policy();
			const { config } = policy;
			return { ...policy, config: { ...config, limits: { ...config.limits, max_hops: 0 } } };
		},
	};
}

/** Alone without hand-overs; else the configured order, then those that take part in the race. */
function orderOf({ race, entrant, deps }: EntrantContext): string[] {
	const named = ({ agent, model }: { agent: string; model: string | null }) =>
		model === null ? agent : `${agent}:${model}`;
	if (!race().options.handover) return [named(entrant())];
	const { registry, config } = deps.relay.settings();
	const known = new Set(registry.adapters.map(({ id }) => id));
	const configured = config.agents.order.filter((name) => known.has(name.split(':', 1)[0] ?? ''));
	return [...new Set([...configured, ...race().entrants.map(named)])];
}
