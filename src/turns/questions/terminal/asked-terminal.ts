/** What is asked on the agent's terminal while a turn runs: told once, answered once, or refused where nobody is there. */
import type { AgentProcess } from '../../../terminal/agent-process.ts';
import type { TurnControl } from '../../turn-spec.ts';
import { EchoMask } from './echo-mask.ts';
import { TerminalQuestions } from './terminal-question.ts';

/** Ctrl+D: end of input. */
const END_OF_INPUT = '\x04';
/** A program that asks again after so many refusals never takes one. */
const MAX_REFUSALS = 3;
/** Questions of one turn that are told; a program that asks without end fills no screen. */
const MAX_TOLD = 20;

type Open = { text: string; refuseAt: number | null };

export interface AskedTerminalOptions {
	startedAt: number;
	isTextAgent: boolean;
	/** 0 = a question is never refused by itself. */
	answerMs: number;
	control: Pick<TurnControl, 'onTerminalAsked' | 'onTerminalSettled' | 'canAnswer'>;
	now: () => number;
	warn: (text: string) => void;
	/** Nobody answers and no refusal is taken. */
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
	#told = 0;

	constructor(options: AskedTerminalOptions) {
		this.#options = options;
		this.#questions = new TerminalQuestions(options.startedAt, options);
	}

	attach(agent: Pick<AgentProcess, 'write' | 'isTerminalRead'>): void {
		this.#agent = agent;
	}

	/** The bytes as they may be recorded: without an answer that the program itself has shown. */
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
		if (agent === null || this.#told >= MAX_TOLD) return;
		const text = this.#questions.tick(now, () => agent.isTerminalRead());
		if (text !== null) this.#ask(text, now);
	}

	/** Since when the agent itself is silent: a wait for an answer is none of its own. Epoch ms. */
	silentSince(lastByteAt: number): number {
		return this.#open === null ? Math.max(lastByteAt, this.#settledAt) : this.#options.now();
	}

	/** The turn has ended. */
	close(): void {
		this.#settle('was left open');
		this.#agent = null;
	}

	#ask(text: string, now: number): void {
		const { answerMs, control, giveUp, warn } = this.#options;
		if (this.#refusals >= MAX_REFUSALS) {
			warn(`Stopped, because it went on asking on the terminal after ${MAX_REFUSALS} refusals`);
			giveUp();
			return;
		}
		this.#told++;
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
