import { safeLine } from '../../../core/text.ts';
import type { AgentEvent } from '../../events.ts';
import { excerptLine } from '../../reading/excerpt.ts';
import { type JsonObject, listOrEmpty, objectOrEmpty, textOrNull } from '../../reading/json-fields.ts';

/** A config may list any number of servers; no more are read. */
const MAX_SERVERS = 100;

/** The session that claude says it opened, with its model, and whether it can be resumed. */
export class OpenedSession {
	readonly #asked: string | null;
	#id: string | null = null;
	#model: string | null = null;
	#unresumable: string | null = null;

	/** `asked`: the id that it was asked to open; null where it chooses. */
	constructor(asked: string | null) {
		this.#asked = asked;
	}

	get id(): string | null {
		return this.#id;
	}

	get model(): string | null {
		return this.#model;
	}

	/** As `ParsedTurn.unresumable`; null while it can be resumed. */
	get unresumable(): string | null {
		return this.#unresumable;
	}

	/** `system/init`, which may come again in a turn. */
	init(message: JsonObject): AgentEvent[] {
		const started = this.#started(textOrNull(message.session_id), textOrNull(message.model));
		const servers = serverNames(message.mcp_servers);
		if (servers === null) return started;
		return started.map((event) =>
			event.type === 'session_started' ? { ...event, mcpServers: servers } : event,
		);
	}

	/** A result line: without an `init` its session id is all that is known. */
	result(message: JsonObject): void {
		this.#id ??= textOrNull(message.session_id);
	}

	/** `system/session_writes_lost`. */
	writesLost(message: JsonObject): void {
		this.#unresumable = whyUnresumable(message, this.#id) ?? this.#unresumable;
	}

	#started(id: string | null, model: string | null): AgentEvent[] {
		const isRepeated = id === this.#id && model === this.#model;
		if (id === null || isRepeated) return [];
		this.#id = id;
		this.#model = model ?? this.#model;
		const events: AgentEvent[] = [{ type: 'session_started', nativeSessionId: id, model: this.#model }];
		if (this.#asked !== null && this.#asked !== id)
			events.push({
				type: 'error',
				code: 'other_session',
				message: `claude opened session ${id} instead of ${this.#asked}`,
			});
		return events;
	}
}

function serverNames(list: unknown): string[] | null {
	if (!Array.isArray(list)) return null;
	const names = list.slice(0, MAX_SERVERS).map((server) => textOrNull(objectOrEmpty(server).name));
	return names.flatMap((name) => (name === null ? [] : [safeLine(name, 80)]));
}

const REASONS: ReadonlyMap<string, string> = new Map([
	['ENOSPC', 'no space left on the device'],
	['EDQUOT', 'the disk quota is used up'],
]);

/**
 * Why the session must not be resumed, for `ParsedTurn.unresumable`; null if the line is about something else. After
 * `session_writes_lost` (2.1.332, on a full disk) claude continues, but its own record of the session has a hole.
 */
function whyUnresumable(message: JsonObject, sessionId: string | null): string | null {
	const ids = listOrEmpty(message.transcript_session_ids);
	const isOfThis = ids.length === 0 || ids.includes(sessionId);
	if (!listOrEmpty(message.lost).includes('transcript') || !isOfThis) return null;
	const code = textOrNull(message.error_code) ?? 'unknown error';
	return `could not be saved: ${REASONS.get(code) ?? excerptLine(code, 40)}`;
}
