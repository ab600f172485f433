import type { AgentEvent } from '../../events.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';
import type { Seen } from '../outcome.ts';

/** How much of the start of stderr is kept for the judgement: the CLI's own refusals are one line. */
const MAX_STDERR_CHARS = 64 * 1024;
/** The CLI's own messages are a sentence or two. */
const MAX_OWN_CHARS = 4000;

/** What a turn shows besides its result lines, gathered as it arrives; `outcome.ts` judges by it. */
export class TurnEvidence implements Seen {
	limit: Seen['limit'] = null;
	lateLimit: Seen['lateLimit'] = null;
	isServedSinceLimit = false;
	retry: Seen['retry'] = null;
	hasAuthRetry = false;
	errorName: string | null = null;
	lastSpeaker: Seen['lastSpeaker'] = null;
	ownWords = '';
	hasCompactionFailed = false;
	hasStarted = false;
	stderr = '';
	#isCompacting = false;
	readonly now: () => number;

	constructor(now: () => number) {
		this.now = now;
	}

	keepStderr(text: string): void {
		if (this.stderr.length >= MAX_STDERR_CHARS) return;
		this.stderr = (this.stderr + text).slice(0, MAX_STDERR_CHARS);
	}

	/** An `assistant` message of the main conversation. `isOfCli`: the CLI's own word about a failed request, not an answer. */
	spoke(message: JsonObject, errorName: string | null, isOfCli: boolean): void {
		this.errorName = errorName;
		if (!isOfCli) {
			this.served();
			return;
		}
		this.lastSpeaker = 'cli';
		this.ownWords = listOrEmpty(message.content)
			.map((block) => textOrNull(objectOrEmpty(block).text) ?? '')
			.join('\n')
			.slice(0, MAX_OWN_CHARS);
	}

	/** The model answers: earlier refusals and retries are over. */
	served(): void {
		this.retry = null;
		this.isServedSinceLimit = true;
		this.lastSpeaker = 'model';
	}

	/** `system/status`; while the CLI compacts, it is repeated. */
	status(message: JsonObject): AgentEvent[] {
		const wasCompacting = this.#isCompacting;
		this.#isCompacting = message.status === 'compacting';
		if (message.compact_result === 'failed') this.hasCompactionFailed = true;
		if (message.compact_result === 'success') this.hasCompactionFailed = false;
		return this.#isCompacting && !wasCompacting ? [{ type: 'compacting' }] : [];
	}
}
