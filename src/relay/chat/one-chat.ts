/**
 * A running chat: one participant after the other, until all agree or it cannot continue. Every turn is an ordinary turn of the
 * session; a crash at any point leaves records that `continueChat` can continue.
 */
import { toIsoOrNull } from '../../core/clock.ts';
import { RelayError, type RelayErrorCode } from '../../core/errors.ts';
import type { ChatParticipant } from '../../sessions/session-meta.ts';
import type { OpenSession } from '../../sessions/store/session-store.ts';
import { checkpoint, sayToAll, type Transition } from '../../sessions/transitions.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import type { AnswerQuestion } from '../../turns/turn-spec.ts';
import { alsoLogged } from '../events/log-event.ts';
import { oneTurn, type TurnEnd } from '../one-turn.ts';
import { type Ports, type RelayDeps, withPolicy } from '../ports.ts';
import { packUnfinished } from '../resume/repair.ts';
import { describeNewConversation } from '../turn/conversation-use.ts';
import { type Obstacle, obstacleOf } from './able-participants.ts';
import type { Chat, ChatOptions, ChatOutcome, ChatResult } from './chat-contract.ts';
import { agreeOn, checkpointChat } from './end-chat.ts';
import { type PreparedChatTurn, prepareChatTurn } from './prompt/prepare-chat-turn.ts';
import { ChatRound } from './round/chat-round.ts';
import { ChatTime } from './round/chat-time.ts';
import { whyLeaves } from './round/why-leaves.ts';

const CANNOT_START: ReadonlySet<RelayErrorCode> = new Set(['refused', 'not_trusted', 'agent_not_installed']);

export interface ChatStart {
	/** Who is known to be unable to speak, and why. */
	obstacles: ReadonlyMap<string, Obstacle>;
	timeoutMs: number | null;
	/** Somebody is there to answer what participants ask; default: nobody is. */
	mayAsk?: boolean | undefined;
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
	readonly #time: ChatTime;
	/** Answers what the running turn has asked, once it has asked. */
	#answerQuestion: AnswerQuestion | null = null;
	readonly setAllowed: Ports['setAllowed'] = (...change) => this.#ports.setAllowed(...change);

	constructor(session: OpenSession, ports: Ports, start: ChatStart) {
		this.#session = session;
		this.#ports = ports;
		this.#deps = withPolicy(ports);
		this.#start = start;
		this.#time = new ChatTime(start.timeoutMs, ports.clock);
		this.#round = new ChatRound(session, []);
	}

	session() {
		const { id, folder, meta } = this.#session;
		return { id, folder, meta };
	}

	run(options: ChatOptions): Promise<ChatResult> {
		if (this.#running) throw new Error('this chat runs already');
		const signal = AbortSignal.any([options.signal, this.#abort.signal]);
		const onEvent = alsoLogged(this.#session.log, (event) => {
			this.#time.event(event);
			options.onEvent(event);
			this.#ports.hooks?.event(event, this.#session);
		});
		this.#running = this.#run({ ...options, onEvent, signal });
		return this.#running;
	}

	say(text: string): void {
		this.#session.apply(sayToAll, { text, at: this.#deps.clock.now() });
	}

	answer(...answer: Parameters<AnswerQuestion>) {
		return this.#answerQuestion?.(...answer) ?? 'too_late';
	}

	change<Facts>(transition: Transition<Facts>, facts: Facts) {
		return this.#session.apply(transition, facts);
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
			const { id, folder, meta } = this.#session;
			if (meta.turn_count > 0) this.#ports.hooks?.sessionEnded({ id, folder, status: meta.status });
		}
		await this.#ports.hooks?.settle();
		await this.#deps.snapshots?.settled();
		this.#deps.snapshots?.release();
	}

	async #run(options: ChatOptions): Promise<ChatResult> {
		const { obstacles, isNew, found } = this.#start;
		this.#round = new ChatRound(this.#session, this.#deps.store.lineage(this.#session.id));
		const { id: sessionId, folder: directory } = this.#session;
		options.onEvent({ type: 'session_opened', sessionId, directory, isNew });
		for (const text of found) options.onEvent({ type: 'notice', level: 'warning', text });
		for (const [id, obstacle] of obstacles) this.#round.leave(id, obstacle, options);
		for (;;) {
			const outcome = this.#round.outcome(options, this.#deps, this.#time.isUp);
			if (outcome !== null) return this.#end(outcome);
			await this.#letSpeak(this.#round.next(), options);
		}
	}

	async #letSpeak(who: ChatParticipant, options: ChatOptions): Promise<void> {
		// Another participant, or another relay, may have hit the limit of the same account meanwhile.
		this.#deps = withPolicy(this.#ports);
		const obstacle = obstacleOf(who, this.#round.chat.permissions, this.#deps);
		if (obstacle !== null) return this.#round.leave(who.id, obstacle, options);
		const prepared = await this.#prepare(who, options);
		if (prepared === null) return;
		for (const text of [prepared.gone, prepared.cannotAsk])
			if (text !== null) options.onEvent({ type: 'notice', level: 'warning', text });
		if (prepared.left !== null) {
			const text = describeNewConversation(who.id, prepared.left, 'chat');
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
			const { mayAsk = false } = this.#start;
			const asking = { mayAsk, signal: options.signal };
			const plan = { session: this.#session, chat, who, history, lineage, ...asking };
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
			timeoutMs: this.#time.forTurn(this.#deps.config.turn.timeout_s * 1000),
			speaker: { participant, role, number: this.#round.number, maxTurns: this.#round.chat.max_turns },
			complete: (ended: TurnState) => this.#round.record(ended),
		};
		return oneTurn(turn, this.#deps, {
			...options,
			hardSignal: this.#hardStop.signal,
			warnedWindows: this.#warnedWindows,
			onQuestions: (answer) => {
				this.#answerQuestion = answer;
			},
		});
	}

	/** A participant that could not speak leaves the round; the others continue. */
	#judge(who: ChatParticipant, { state, limit, login }: TurnEnd, options: ChatOptions): void {
		if (options.signal.aborted) return;
		const why = whyLeaves(state, {
			hasSpoken: this.#round.lastTurn?.text !== null,
			resetAt: limit?.resetAt ?? null,
			advice: login.advice,
			isTimeUp: this.#time.isUp,
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
}
