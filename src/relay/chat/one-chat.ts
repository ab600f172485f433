/**
 * A running chat: one participant after the other, until all agree or it cannot continue. Every turn is an ordinary turn of the
 * session; a crash at any point leaves records that `continueChat` can continue.
 */
import { toIsoOrNull } from '../../core/clock.ts';
import { RelayError, type RelayErrorCode } from '../../core/errors.ts';
import type { ChatParticipant } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint, sayToAll } from '../../sessions/transitions.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { alsoLogged } from '../events/log-event.ts';
import { oneTurn, type TurnEnd } from '../one-turn.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { packUnfinished } from '../resume/repair.ts';
import { type Obstacle, obstacleOf } from './able-participants.ts';
import type { Chat, ChatOptions, ChatOutcome, ChatResult } from './chat-contract.ts';
import { ChatRound } from './chat-round.ts';
import { agreeOn, checkpointChat } from './end-chat.ts';
import { type PreparedChatTurn, prepareChatTurn } from './prompt/prepare-chat-turn.ts';
import { whyLeaves } from './why-leaves.ts';

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set(['refused', 'not_trusted', 'agent_not_installed']);

export interface ChatStart {
	/** Who is known to be unable to speak, and why. */
	obstacles: ReadonlyMap<string, Obstacle>;
	timeoutMs: number | null;
	isNew: boolean;
	/** What opening the session found, in lines for people. */
	found: readonly string[];
}

export class OneChat implements Chat {
	readonly #session: OpenSession;
	readonly #ports: Ports;
	/** The ports, with the policy of the current turn. */
	#deps: RelayDeps;
	readonly #start: ChatStart;
	readonly #abort = new AbortController();
	/** Empty until the chat begins. */
	#round: ChatRound;
	#hardStop = new AbortController();
	readonly #warnedWindows = new Set<string>();
	#running: Promise<ChatResult> | null = null;
	#deadline = Number.POSITIVE_INFINITY;

	constructor(session: OpenSession, ports: Ports, start: ChatStart) {
		this.#session = session;
		this.#ports = ports;
		this.#deps = withPolicy(ports);
		this.#start = start;
		this.#round = new ChatRound(session, []);
	}

	session() {
		const { id, folder, meta } = this.#session;
		return { id, folder, meta };
	}

	run(options: ChatOptions): Promise<ChatResult> {
		if (this.#running) throw new Error('this chat runs already');
		const signal = AbortSignal.any([options.signal, this.#abort.signal]);
		const onEvent = alsoLogged(this.#session.log, options.onEvent);
		this.#running = this.#run({ onEvent, signal });
		return this.#running;
	}

	say(text: string): void {
		this.#session.apply(sayToAll, { text, at: this.#deps.clock.now() });
	}

	stopHard(): void {
		this.#hardStop.abort();
	}

	async close(): Promise<void> {
		this.#abort.abort();
		await this.#running?.catch(() => undefined);
		try {
			await packUnfinished(this.#session, this.#ports);
		} finally {
			this.#session.release();
		}
		await this.#deps.snapshots?.settled();
		this.#deps.snapshots?.release();
	}

	async #run(options: ChatOptions): Promise<ChatResult> {
		const { clock, store } = this.#deps;
		const { timeoutMs, obstacles, isNew, found } = this.#start;
		if (timeoutMs !== null) this.#deadline = clock.monotonic() + timeoutMs;
		this.#round = new ChatRound(this.#session, store.lineage(this.#session.id));
		const { id: sessionId, folder: directory } = this.#session;
		options.onEvent({ type: 'session_opened', sessionId, directory, isNew });
		for (const text of found) options.onEvent({ type: 'notice', level: 'warning', text });
		for (const [id, obstacle] of obstacles) this.#round.leave(id, obstacle, options);
		for (;;) {
			const outcome = this.#round.outcome(options, this.#deps, this.#isTimeUp());
			if (outcome !== null) return this.#end(outcome);
			await this.#letSpeak(this.#round.next(), options);
		}
	}

	#isTimeUp(): boolean {
		return this.#deps.clock.monotonic() >= this.#deadline;
	}

	async #letSpeak(who: ChatParticipant, options: ChatOptions): Promise<void> {
		// Another participant, or another relay, may have hit the limit of the same account meanwhile.
		this.#deps = withPolicy(this.#ports);
		const obstacle = obstacleOf(who, this.#round.chat.permissions, this.#deps);
		if (obstacle !== null) return this.#round.leave(who.id, obstacle, options);
		const prepared = await this.#prepare(who, options);
		if (prepared === null) return;
		if (prepared.gone !== null) options.onEvent({ type: 'notice', level: 'warning', text: prepared.gone });
		if (prepared.left !== null) {
			const text = `${who.id} starts a new conversation, with the whole chat: its last one ${prepared.left}.`;
			options.onEvent({ type: 'notice', level: 'info', text });
		}
		this.#round.count();
		let end = await this.#turn(who, prepared, options);
		const { state } = end;
		if (state.stop_reason === 'unknown_session' && state.resumed && !this.#round.lastTurn?.hasHeard) {
			const { title } = this.#deps.registry.find(who.agent);
			const text = `${title} no longer has the conversation of ${who.id}; it gets the whole chat in a packet instead.`;
			options.onEvent({ type: 'notice', level: 'warning', text });
			const again = await this.#prepare(who, options);
			if (again === null) return;
			end = await this.#turn(who, again, options);
		}
		this.#judge(who, end, options);
	}

	/** null: the participant cannot be started and has left. */
	async #prepare(who: ChatParticipant, options: ChatOptions): Promise<PreparedChatTurn | null> {
		const { store } = this.#deps;
		const { history, chat } = this.#round;
		const lineage = store.lineage(this.#session.id);
		try {
			const plan = { session: this.#session, chat, who, history, lineage };
			const prepared = await prepareChatTurn(plan, this.#deps);
			// A crash before the turn is on disk leaves a session with an unused packet.
			this.#session.apply(checkpoint, {
				reason: 'interrupted',
				at: this.#deps.clock.now(),
				packet: prepared.packet,
				nextAgent: who.agent,
			});
			return prepared;
		} catch (error) {
			this.#leaveUnstarted(who, error, options);
			return null;
		}
	}

	#leaveUnstarted(who: ChatParticipant, error: unknown, options: ChatOptions): void {
		if (!(error instanceof RelayError) || !CANNOT_START.has(error.code)) throw error;
		const reason = error.code === 'agent_not_installed' ? 'not_installed' : 'refused';
		this.#round.leave(who.id, { reason, text: `cannot be started: ${error.message}`, until: null }, options);
	}

	async #turn(who: ChatParticipant, { spec }: PreparedChatTurn, options: ChatOptions): Promise<TurnEnd> {
		this.#hardStop = new AbortController();
		const { id: participant, role } = who;
		const turn = {
			session: this.#session,
			spec,
			snapshots: this.#deps.snapshots,
			timeoutMs: this.#timeoutMs(),
			speaker: { participant, role, number: this.#round.number, maxTurns: this.#round.chat.max_turns },
			complete: (ended: TurnState) => this.#round.record(ended),
		};
		const hardSignal = this.#hardStop.signal;
		return oneTurn(turn, this.#deps, { ...options, hardSignal, warnedWindows: this.#warnedWindows });
	}

	/** A participant that could not speak leaves the round; the others continue. */
	#judge(who: ChatParticipant, { state, limit, login }: TurnEnd, options: ChatOptions): void {
		if (options.signal.aborted) return;
		const why = whyLeaves(state, {
			hasSpoken: this.#round.lastTurn?.text !== null,
			resetAt: limit?.resetAt ?? null,
			advice: login.advice,
			isTimeUp: this.#isTimeUp(),
			now: this.#deps.clock.now(),
		});
		if (why !== null) this.#round.leave(who.id, why, options);
	}

	async #end(outcome: ChatOutcome): Promise<ChatResult> {
		const { chat, number, lastMessage: last, earliestReset: resetAt } = this.#round;
		const packet =
			outcome === 'agreed'
				? agreeOn(this.#session)
				: await checkpointChat(this.#session, { outcome, chat, resetAt }, this.#deps);
		const earliest_reset = toIsoOrNull(resetAt);
		this.#session.log({ type: 'chat_finished', outcome, turns: number, packet, earliest_reset });
		return {
			outcome,
			sessionId: this.#session.id,
			turns: number,
			lastMessage: last
				? { participant: last.who, agent: last.agent, text: last.text ?? '', verdict: last.verdict }
				: null,
			participants: this.#round.chat.participants,
			packet,
			earliestReset: resetAt,
		};
	}

	/** The time limit of the next turn: the configured one, or what is left of the chat's; null: as configured. */
	#timeoutMs(): number | null {
		if (this.#deadline === Number.POSITIVE_INFINITY) return null;
		const left = Math.max(1, this.#deadline - this.#deps.clock.monotonic());
		const configured = this.#deps.config.turn.timeout_s * 1000;
		return configured > 0 ? Math.min(configured, left) : left;
	}
}
