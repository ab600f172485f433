/**
 * Questions on the agent's terminal while a turn runs: each is reported once and answered once, or refused when nobody is there.
 */
import type { AgentProcess } from '../../../terminal/agent-process.ts';
import type { TurnControl } from '../../turn-spec.ts';
import { EchoMask } from './echo-mask.ts';
import { TerminalQuestions } from './terminal-question.ts';

/** Ctrl+D: end of input. */
const END_OF_INPUT = '\x04';
/** A program that asks again after this many refusals never accepts one. */
const MAX_REFUSALS = 3;
/** How many questions of one turn are reported; a program that asks without end must not fill the screen. */
const MAX_REPORTED = 20;

type Open = { text: string; refuseAt: number | null };

export interface AskedTerminalOptions {
	startedAt: number;
	isTextAgent: boolean;
	/** 0 = a question is never refused automatically. */
	answerMs: number;
	control: Pick<TurnControl, 'onTerminalAsked' | 'onTerminalSettled' | 'canAnswer'>;
	now: () => number;
	warn: (text: string) => void;
	/** Called when nobody answers and no refusal is accepted. */
	giveUp: () => void;
}

export class AskedTerminal {
	readonly #options: AskedTerminalOptions;
	readonly #questions: TerminalQuestions;
	readonly #mask = new EchoMask();
	#agent: Pick<AgentProcess, 'write' | 'isTerminalRead'> | null = null;
	#open: Open | null = null;
	#settledAt = 0;
	#refusals = 0;
	#reported = 0;

	constructor(options: AskedTerminalOptions) {
		this.#options = options;
		this.#questions = new TerminalQuestions(options.startedAt, options);
	}

	attach(agent: Pick<AgentProcess, 'write' | 'isTerminalRead'>): void {
		this.#agent = agent;
	}

	/** The bytes to record: without an answer that the program itself has echoed. */
	output(chunk: Buffer): Buffer {
		const kept = this.#mask.apply(chunk);
		this.#questions.output(kept, this.#options.now());
		this.#settle('went away');
		return kept;
	}

	tick(): void {
		const now = this.#options.now();
		if (this.#open?.refuseAt != null && now >= this.#open.refuseAt) this.#refuse();
		const agent = this.#agent;
		if (agent === null || this.#reported >= MAX_REPORTED) return;
		const text = this.#questions.tick(now, () => agent.isTerminalRead());
		if (text !== null) this.#ask(text, now);
	}

	/** When the agent itself fell silent: waiting for an answer does not count. Epoch ms. */
	silentSince(lastByteAt: number): number {
		return this.#open === null ? Math.max(lastByteAt, this.#settledAt) : this.#options.now();
	}

	/** Ends with the turn. */
	close(): void {
		this.#settle('was left open');
		this.#agent = null;
	}

	#ask(text: string, now: number): void {
		const { answerMs, control, giveUp, warn } = this.#options;
		if (this.#refusals >= MAX_REFUSALS) {
			warn(`Stopped, because it kept asking on the terminal after ${MAX_REFUSALS} refusals`);
			giveUp();
			return;
		}
		this.#reported++;
		const refusedInMs = control.canAnswer === true || answerMs === 0 ? null : answerMs;
		const open = { text, refuseAt: refusedInMs === null ? null : now + refusedInMs };
		this.#open = open;
		const answer = (line: string | null) => {
			if (this.#open === open) this.#answer(line);
		};
		control.onTerminalAsked?.({ text, refusedInMs, answer });
	}

	#answer(line: string | null): void {
		if (line === null) this.#type(END_OF_INPUT);
		else {
			this.#mask.expect(line);
			this.#type(`${line}\r`);
		}
		this.#settle(line === null ? 'was refused' : 'was answered');
		this.#questions.answered(this.#options.now());
	}

	#type(text: string): void {
		void this.#agent?.write(Buffer.from(text));
	}

	#refuse(): void {
		this.#answer(null);
		this.#refusals++;
	}

	#settle(how: string): void {
		if (this.#open === null) return;
		const what =
			this.#open.text === '' ? 'A program read the terminal' : `Asked on the terminal: ${this.#open.text}`;
		this.#open = null;
		this.#settledAt = this.#options.now();
		this.#options.warn(`${what} (${how})`);
		this.#options.control.onTerminalSettled?.();
	}
}
