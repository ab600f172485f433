import { readFileSync } from 'node:fs';
import type { SessionId } from '../../src/core/ids.ts';
import type { Chat, ChatChanges, ChatRequest, ChatResult } from '../../src/relay/chat/chat-contract.ts';
import { continueChat, startChat } from '../../src/relay/chat/open-chat.ts';
import type { RelayEvent } from '../../src/relay/events/relay-events.ts';
import type { RelayDeps } from '../../src/relay/ports.ts';
import { turnFile } from '../../src/sessions/files/session-paths.ts';
import type { EngineBench } from './engine-bench.ts';

/** A chat on fake agents, with what it told. Closed by whoever opened it. */
export class BenchChat {
	readonly chat: Chat;
	readonly deps: RelayDeps;
	readonly events: RelayEvent[] = [];
	readonly abort = new AbortController();
	/** Called with each event, before it is kept. */
	onEvent: (event: RelayEvent) => void = () => undefined;

	constructor(chat: Chat, deps: RelayDeps) {
		this.chat = chat;
		this.deps = deps;
	}

	run(): Promise<ChatResult> {
		return this.chat.run({
			signal: this.abort.signal,
			onEvent: (event) => {
				this.onEvent(event);
				this.events.push(event);
			},
		});
	}

	/** To its end, the session let go. */
	async finish(): Promise<ChatResult> {
		try {
			return await this.run();
		} finally {
			await this.chat.close();
		}
	}

	get id(): SessionId {
		return this.chat.session().id;
	}

	ofType<T extends RelayEvent['type']>(type: T): Array<Extract<RelayEvent, { type: T }>> {
		return this.events.filter((event): event is Extract<RelayEvent, { type: T }> => event.type === type);
	}

	read(turn: number, name: Parameters<typeof turnFile>[2]): string {
		return readFileSync(turnFile(this.chat.session().folder, turn, name), 'utf8');
	}

	meta() {
		return this.deps.store.read(this.id);
	}

	turns() {
		return this.deps.store.turns(this.id);
	}

	status() {
		return this.deps.store.status(this.id);
	}
}

export async function startBenchChat(
	bench: EngineBench,
	request: Partial<ChatRequest> = {},
	over: Partial<RelayDeps> = {},
): Promise<BenchChat> {
	const deps = await bench.deps(over);
	const chat = await startChat(
		{
			topic: 'Tabs or spaces?',
			agents: ['claude', 'codex'],
			roles: [],
			until: null,
			maxTurns: null,
			permissions: null,
			timeoutMs: null,
			parentTurn: null,
			...request,
		},
		deps,
	);
	return new BenchChat(chat, deps);
}

export async function continueBenchChat(
	bench: EngineBench,
	id: SessionId,
	changes: Partial<ChatChanges> = {},
	over: Partial<RelayDeps> = {},
): Promise<BenchChat> {
	const deps = await bench.deps(over);
	const all = {
		words: null,
		until: null,
		maxTurns: null,
		permissions: null,
		timeoutMs: null,
		parentTurn: null,
	};
	return new BenchChat(await continueChat(id, { ...all, ...changes }, deps), deps);
}
