import type { ParsedTurn } from '../../agent-adapter.ts';
import type { AgentEvent, Limit, Utilization } from '../../events.ts';
import type { JsonObject } from '../../reading/json-fields.ts';
import type { Judgement } from '../../reading/judgement.ts';
import { certainLimit, type Failure, type Retry, readFailure, retryOf } from '../limits.ts';
import { judgeSessionError } from '../outcome.ts';

/** What was refused to the main conversation, as long as no answer followed it, and to its sub-agents. */
export class RefusedRequests {
	/** The judgement of `session.error`. */
	error: Judgement | null = null;
	/** A certain limit, */
	limit: Limit | null = null;
	/** and the newest retry. */
	retry: Retry | null = null;
	/** As the backend last reported the account's windows. */
	utilization: Utilization[] = [];
	readonly models: NonNullable<ParsedTurn['refusedModels']> = [];
	#failure: Failure | null = null;
	#isOverBudget = false;

	/** `model.call_failure`; `at`: when the line was written (epoch ms). */
	refused(data: JsonObject, at: number): AgentEvent[] {
		const failure = readFailure(data, at);
		this.#failure = failure;
		const events: AgentEvent[] = [];
		if (failure.quotas.length > 0) {
			this.utilization = [...failure.quotas];
			events.push({ type: 'utilization', windows: this.utilization });
		}
		this.limit = certainLimit(failure);
		if (this.limit !== null) return [...events, { type: 'limit', limit: this.limit }];
		this.retry = retryOf(failure);
		return [...events, this.retry];
	}

	/** The agent itself continues. */
	subAgentRefused(data: JsonObject, at: number): AgentEvent[] {
		const failure = readFailure(data, at);
		const limit = certainLimit(failure);
		const { model } = failure;
		if (limit === null || model === null) return [];
		if (this.models.every((refused) => refused.model !== model)) this.models.push({ model, limit });
		return [{ type: 'limit', limit, speaker: 'sub_agent', model }];
	}

	/** Something of the model came: whatever was refused before is over. */
	served(): void {
		this.limit = null;
		this.retry = null;
		this.#failure = null;
	}

	/** `session.warning`. */
	warned({ warningType }: JsonObject): void {
		this.#isOverBudget ||= warningType === 'session_limits';
	}

	/** `session.error`. */
	sessionError(data: JsonObject, at: number): Judgement {
		this.error = judgeSessionError(data, { failure: this.#failure, isOverBudget: this.#isOverBudget, at });
		return this.error;
	}
}
