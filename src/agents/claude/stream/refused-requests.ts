import type { ParsedTurn } from '../../agent-adapter.ts';
import type { AgentEvent, Limit, Utilization } from '../../events.ts';
import { type JsonObject, objectOrEmpty, objectOrNull } from '../../reading/json-fields.ts';
import { limitFromEvent, retryFromLine, utilizationFromEvent } from '../limits.ts';
import { standingLimit } from '../outcome.ts';
import type { TurnEvidence } from './turn-evidence.ts';
import type { SubAgents } from './work/sub-agents.ts';

/** More windows than any plan has; only a broken stream names more. */
const MAX_WINDOWS = 20;

/** What claude reports of its windows, and whose requests were refused: the main conversation's, or a sub-agent's. */
export class RefusedRequests {
	readonly #seen: TurnEvidence;
	readonly #subAgents: SubAgents;
	readonly #utilization = new Map<string, Utilization>();
	readonly #refusedModels = new Map<string, Limit>();
	/** A refusal while sub-agents were at work: theirs, or the main conversation's. */
	#unclaimed: Limit | null = null;

	constructor(seen: TurnEvidence, subAgents: SubAgents) {
		this.#seen = seen;
		this.#subAgents = subAgents;
	}

	get utilization(): Utilization[] {
		return [...this.#utilization.values()];
	}

	/** Limits of the models that sub-agents asked for. */
	get refusedModels(): NonNullable<ParsedTurn['refusedModels']> {
		return [...this.#refusedModels].map(([model, limit]) => ({ model, limit }));
	}

	/** `system/api_retry`. */
	retry(message: JsonObject): AgentEvent[] {
		const retry = retryFromLine(message);
		this.#seen.retry = retry;
		if (retry.reason !== 'auth' || this.#seen.hasAuthRetry) return [retry];
		this.#seen.hasAuthRetry = true;
		return [retry, { type: 'error', code: 'auth', message: 'the login was refused; claude keeps trying' }];
	}

	/** `rate_limit_event`. `main`: the main conversation's model; `hasEnded`: the turn had ended before. */
	rateLimit(info: JsonObject, main: string | null, hasEnded: boolean): AgentEvent[] {
		const windows = utilizationFromEvent(info);
		for (const window of windows)
			if (this.#utilization.size < MAX_WINDOWS || this.#utilization.has(window.window))
				this.#utilization.set(window.window, window);
		const events: AgentEvent[] = windows.length === 0 ? [] : [{ type: 'utilization', windows }];
		const limit = limitFromEvent(info, main);
		if (hasEnded) this.#seen.lateLimit = limit;
		if (limit === null || hasEnded) return events;
		const model = this.#subAgents.refusedModel(limit, main);
		if (model !== null) {
			this.#refusedModels.set(model, limit);
			return [...events, { type: 'limit', limit, speaker: 'sub_agent', model }];
		}
		if (!this.#subAgents.areAtWork) return [...events, this.#refuse(limit)];
		this.#unclaimed = limit;
		return events;
	}

	/** claude's own message in the main conversation claims a limit that was not attributed to anyone yet. */
	claim(line: JsonObject, main: string | null): AgentEvent[] {
		if (line.error !== 'rate_limit' && line.api_error !== 'usage_limit_reached') return [];
		if (standingLimit(this.#seen) !== null) return [];
		const reported = objectOrNull(objectOrEmpty(line.api_error_params).rate_limit_info);
		const limit = (reported === null ? null : limitFromEvent(reported, main)) ?? this.#unclaimed;
		this.#unclaimed = null;
		return limit === null ? [] : [this.#refuse(limit)];
	}

	/** The main conversation was refused. */
	#refuse(limit: Limit): AgentEvent {
		this.#seen.limit = limit;
		this.#seen.isServedSinceLimit = false;
		return { type: 'limit', limit };
	}
}
