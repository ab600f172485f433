/** Who is in the round of a chat, what was said in it, and whether it is over. Works on the records; starts nothing. */
import type { LineageEntry } from '../../../sessions/lineage/lineage.ts';
import type { ChatParticipant, ChatRecord } from '../../../sessions/session-meta.ts';
import type { OpenSession } from '../../../sessions/store/session-store.ts';
import { leaveChat } from '../../../sessions/transitions.ts';
import type { TurnState } from '../../../sessions/turns/turn-state.ts';
import { readTurnRecords } from '../../../turns/turn-records.ts';
import type { RelayDeps } from '../../ports.ts';
import { spentBudget } from '../../turn/budgets.ts';
import type { Obstacle } from '../able-participants.ts';
import type { ChatOptions, ChatOutcome } from '../chat-contract.ts';
import {
	type ChatHistory,
	type ChatTurn,
	isAgreed,
	nextSpeaker,
	readHistory,
	readNotes,
	readTurn,
} from '../chat-history.ts';

const MIN_SPEAKERS = 2;

export class ChatRound {
	readonly #session: OpenSession;
	readonly #parents: readonly LineageEntry[];
	/** Read from the records when the chat begins, then added to, as 1 MiB of log takes 6 ms to read. */
	readonly #turns: ChatTurn[];
	/** When the limited participants are free again, epoch ms. */
	readonly #resets: number[] = [];
	#number = 0;

	constructor(session: OpenSession, lineage: readonly LineageEntry[]) {
		this.#session = session;
		this.#parents = lineage.slice(0, -1);
		this.#turns = [...readHistory(lineage).turns];
	}

	/** Turns since the chat was begun or continued. */
	get number(): number {
		return this.#number;
	}

	get chat(): ChatRecord {
		const { chat } = this.#session.meta;
		if (chat === undefined) throw new Error(`session ${this.#session.id} is not a chat`);
		return chat;
	}

	get lastTurn(): ChatTurn | undefined {
		return this.#turns.at(-1);
	}

	/** The last turn that ended with a message. */
	get lastMessage(): ChatTurn | undefined {
		return this.#turns.findLast(({ text }) => text !== null);
	}

	/** When the first limited participant is free again, epoch ms; null: not known. */
	get earliestReset(): number | null {
		return this.#resets.length === 0 ? null : Math.min(...this.#resets);
	}

	get history(): ChatHistory {
		const { meta, witness } = this.#session;
		return {
			turns: this.#turns,
			notes: readNotes([...this.#parents, { meta, turns: this.#session.turns(), witness }]),
		};
	}

	/** How the chat ends now; null while it continues. */
	outcome({ signal }: ChatOptions, { config }: RelayDeps, isTimeUp: boolean): ChatOutcome | null {
		const speakers = this.#speakers();
		if (speakers.length >= MIN_SPEAKERS && isAgreed(this.history, speakers)) return 'agreed';
		if (signal.aborted) return 'interrupted';
		if (isTimeUp) return 'timed_out';
		if (speakers.length < MIN_SPEAKERS) return 'too_few';
		if (this.#number >= this.chat.max_turns) return 'max_turns';
		const spent = spentBudget(config.budgets, () => {
			const own = { meta: this.#session.meta, turns: this.#session.turns() };
			return [...this.#parents, own];
		});
		if (spent === null) return null;
		return spent.reason === 'max_turns' ? 'out_of_turns' : 'out_of_budget';
	}

	next(): ChatParticipant {
		const { participants } = this.chat;
		const id = nextSpeaker(
			this.history,
			participants.map((one) => one.id),
			this.#speakers(),
		);
		const next = participants.find((one) => one.id === id);
		if (next === undefined) throw new Error('nobody is in the round');
		return next;
	}

	/** Counts a turn that begins. */
	count(): void {
		this.#number++;
	}

	/** Records the verdict with the turn. A crash before that loses nothing: it is read from the message again. */
	record(ended: TurnState): TurnState {
		const { folder, witness } = this.#session;
		const [record] = readTurnRecords([{ folder, state: ended, witness }]);
		if (record === undefined) throw new Error('a turn without a record');
		const turn = readTurn(record);
		this.#turns.push(turn);
		const state = { ...ended, verdict: turn.verdict };
		this.#session.writeTurnState(state, { sync: true });
		return state;
	}

	leave(id: string, { reason, text, until }: Obstacle, { onEvent }: ChatOptions): void {
		const who = this.chat.participants.find((one) => one.id === id);
		if (who === undefined || who.left !== null) return;
		if (reason === 'limit' && until !== null) this.#resets.push(until);
		this.#session.apply(leaveChat, { participant: id, reason });
		onEvent({ type: 'participant_left', participant: id, agent: who.agent, reason, text, until });
	}

	#speakers(): string[] {
		return this.chat.participants.filter(({ left }) => left === null).map(({ id }) => id);
	}
}
