import { type Line, LineSplitter } from '../../../core/files/line-splitter.ts';
import type { AgentEvent, Limit } from '../../events.ts';
import { type JsonObject, textOrNull } from '../../reading/json-fields.ts';
import { type Asked, limitFromSign, type Retry, retryFromSign, signFromTelemetry } from '../limits.ts';
import { type Sign, StderrSigns } from './stderr-signs.ts';
import { type ApiError, TelemetryErrors } from './telemetry.ts';

/** A refusal to start is a few lines; the output of a long turn is not kept. */
const KEPT_STDERR_CHARS = 16 * 1024;
/** A longer stderr line is not one of the CLI's signs. */
const MAX_STDERR_LINE_BYTES = 256 * 1024;

/**
 * What stderr and the telemetry say about refused requests. The stream itself does not report them; once the model answers,
 * earlier refusals are over.
 */
export class RefusedRequests {
	readonly #asked: () => Asked;
	readonly #lines = new LineSplitter(MAX_STDERR_LINE_BYTES);
	readonly #signs = new StderrSigns();
	readonly #telemetry = new TelemetryErrors();
	#stderr = '';
	#dump = '';
	#limit: Limit | null = null;
	#retry: Retry | null = null;
	#apiError: ApiError | null = null;
	/** When the model last answered, by the CLI's own clock (epoch ms). */
	#servedAt = 0;
	/** Refusals since then, by channel: one that both report is reported once. */
	#refusals = { stderr: 0, telemetry: 0 };
	/** The result line has come. */
	#isOver = false;

	/** `asked`: the model in use, and the time now. */
	constructor(asked: () => Asked) {
		this.#asked = asked;
	}

	/** For the judgement of the turn. */
	get seen() {
		return {
			limit: this.#limit,
			retry: this.#retry,
			apiError: this.#apiError,
			dump: this.#dump,
			stderr: this.#stderr,
		};
	}

	stderr(chunk: Buffer): AgentEvent[] {
		return this.#lines.push(chunk).flatMap((line) => this.#readStderr(line));
	}

	/** Telemetry comes late: a refusal that the model has answered since is over. */
	telemetry(chunk: Buffer, sessionId: string | null): AgentEvent[] {
		return this.#telemetry.push(chunk, sessionId).flatMap((error) => this.#refused(error));
	}

	/** The events known by now; a line of the other channel may complete a sign. */
	take(): AgentEvent[] {
		return this.#signs.take().flatMap((sign) => this.#sign(sign));
	}

	end(): AgentEvent[] {
		const last = this.#lines.end();
		const events = last === null ? [] : this.#readStderr(last);
		this.#signs.end();
		return [...events, ...this.take()];
	}

	/** The model answers with this line. */
	served(line: JsonObject): void {
		const at = Date.parse(textOrNull(line.timestamp) ?? '');
		this.#servedAt = Number.isNaN(at) ? this.#asked().now : at;
		this.#apiError = null;
		this.#refusals = { stderr: 0, telemetry: 0 };
		this.#limit = null;
		this.#retry = null;
	}

	toolCalled(id: string, line: JsonObject): void {
		this.#signs.toolCalled(id, line);
	}

	toolEnded(id: string, line: JsonObject): void {
		this.#signs.toolEnded(id, line);
	}

	/** A line about a tool was too long to read. */
	blind(): void {
		this.#signs.blind();
	}

	/** The result line: from now on a sign only explains it. */
	resultCame(): void {
		this.#isOver = true;
	}

	#readStderr(line: Line): AgentEvent[] {
		if (line.kind === 'oversized') {
			this.#signs.blind();
			return [];
		}
		if (this.#stderr.length < KEPT_STDERR_CHARS)
			this.#stderr = `${this.#stderr}${line.text}\n`.slice(0, KEPT_STDERR_CHARS);
		this.#signs.line(line.text);
		return this.take();
	}

	#refused(error: ApiError): AgentEvent[] {
		if ((error.at ?? this.#asked().now) <= this.#servedAt) return [];
		this.#apiError = error;
		this.#refusals.telemetry++;
		if (this.#isOver || this.#limit !== null) return [];
		const sign = signFromTelemetry(error, this.#asked());
		if (sign === null) return [];
		if ('limit' in sign) {
			this.#limit = sign.limit;
			return [{ type: 'limit', limit: sign.limit }];
		}
		if (this.#refusals.telemetry <= this.#refusals.stderr) return [];
		this.#retry = sign.retry;
		return [sign.retry];
	}

	#sign(sign: Sign): AgentEvent[] {
		if (sign.kind === 'dump') {
			this.#dump = sign.text;
			return [];
		}
		if (this.#isOver) return [];
		this.#refusals.stderr++;
		const limit = limitFromSign(sign, this.#asked());
		if (limit !== null) {
			this.#limit = limit;
			return [{ type: 'limit', limit }];
		}
		this.#retry = retryFromSign(sign, this.#asked());
		return this.#retry === null ? [] : [this.#retry];
	}
}
