/**
 * gemini's telemetry in a file: JSON objects one after the other, each from a line `{` to a line `}`. Only the refused
 * requests are read, and only their time, their conversation, and what the backend answered: a structured error where stderr
 * has prose. It comes up to five seconds late, since the CLI buffers it.
 */
import { type Line, LineSplitter } from '../../../core/files/line-splitter.ts';
import {
	type JsonObject,
	numberOrNull,
	objectOrEmpty,
	parseObject,
	textOrNull,
} from '../../reading/json-fields.ts';

/** A refused request of the main conversation. */
export interface ApiError {
	/** Epoch ms by the CLI's own clock, null if missing. */
	at: number | null;
	status: number | null;
	model: string | null;
	/** The backend's answer, usually JSON. */
	body: string;
}

/** A record of a request with all tools may have a line of 100 KB; an error is short. */
const MAX_LINE_BYTES = 256 * 1024;
const MAX_RECORD_CHARS = 256 * 1024;
const MAX_BODY_CHARS = 16 * 1024;
const API_ERROR = /^ {4}"event\.name": "gemini_cli\.api_error",?$/;

export class TelemetryErrors {
	readonly #lines = new LineSplitter(MAX_LINE_BYTES);
	/** The lines of the record that is being read; null between records, and in one that is too long. */
	#record: string[] | null = null;
	#chars = 0;
	#isError = false;

	/** The errors in `chunk`, only those of the session `sessionId`: a gemini that the model starts inherits the file. */
	push(chunk: Buffer, sessionId: string | null): ApiError[] {
		return this.#lines.push(chunk).flatMap((line) => {
			const record = this.#add(line);
			const error = record === null ? null : readError(record);
			return error !== null && error.sessionId === sessionId ? [error] : [];
		});
	}

	/** The whole record that the line ends, when it is an error. */
	#add(line: Line): JsonObject | null {
		if (line.kind === 'oversized') {
			this.#record = null;
			return null;
		}
		if (line.text === '{') {
			this.#record = [];
			this.#chars = 0;
			this.#isError = false;
		}
		if (this.#record === null) return null;
		this.#record.push(line.text);
		this.#chars += line.text.length;
		this.#isError ||= API_ERROR.test(line.text);
		if (line.text !== '}') {
			if (this.#chars > MAX_RECORD_CHARS) this.#record = null;
			return null;
		}
		const text = this.#isError ? this.#record.join('\n') : '';
		this.#record = null;
		return text === '' ? null : parseObject(text);
	}
}

function readError(record: JsonObject): (ApiError & { sessionId: string | null }) | null {
	const attributes = objectOrEmpty(record.attributes);
	const role = textOrNull(attributes.role);
	// Versions that report no roles have only one conversation.
	if (attributes['event.name'] !== 'gemini_cli.api_error' || (role !== null && role !== 'main')) return null;
	const at = Date.parse(textOrNull(attributes['event.timestamp']) ?? '');
	return {
		sessionId: textOrNull(attributes['session.id']),
		at: Number.isNaN(at) ? null : at,
		status: statusOf(attributes.status_code) ?? statusOf(attributes['http.status_code']),
		model: textOrNull(attributes.model),
		body: (textOrNull(attributes['error.message']) ?? textOrNull(attributes.error) ?? '').slice(
			0,
			MAX_BODY_CHARS,
		),
	};
}

function statusOf(value: unknown): number | null {
	const number = numberOrNull(value) ?? Number(textOrNull(value) ?? Number.NaN);
	return number >= 400 && number <= 599 ? number : null;
}
