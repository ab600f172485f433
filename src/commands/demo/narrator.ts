/** The voice of the demo: a few dim lines between what the relay itself prints. */
import type { Clock } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import type { SendResult } from '../../relay/conversation-contract.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Look } from '../look.ts';
import type { DemoStage } from './stage.ts';

export interface NarratorOptions {
	look: Look;
	stage: DemoStage;
	/** 1 is a pace to read at; 0 never waits. */
	pace: number;
	clock: Clock;
	/** How the reader starts this program. */
	command: string;
}

/** Time to read a heading before the work below it begins to scroll. */
const PAUSE_MS = 900;

export class DemoNarrator {
	readonly theme: Theme;
	readonly columns: number;
	readonly #options: NarratorOptions;
	#step = 0;

	constructor(options: NarratorOptions) {
		this.#options = options;
		this.theme = options.look.theme;
		this.columns = options.look.columns;
	}

	async begin(folder: string, hasGit: boolean): Promise<void> {
		this.line(this.theme.bold('agent-relay demo'));
		this.say(
			'Two scripted demo agents stand in for real ones: no account, no network, no model. Everything else is ' +
				`the relay as you would use it, in ${hasGit ? 'a git repo' : 'a folder'} made for this: ${folder}`,
		);
		await this.#pause();
	}

	async beforeFirstPrompt(prompt: string): Promise<void> {
		await this.heading('A prompt', 'You ask; the first agent works and streams what it does.');
		this.#prompt(prompt);
	}

	async beforeSecondPrompt(prompt: string): Promise<void> {
		await this.heading(
			'A limit in mid-work, and the hand-over',
			'You go on. Half-way the first agent runs out of its pretend plan; the relay sees it, packs what was said ' +
				'and done, and the next agent finishes. Nobody presses a key.',
		);
		this.#prompt(prompt);
	}

	async end(keptIn: string | null): Promise<void> {
		await this.heading('Your turn', 'Three commands to try next, in this folder or in a repo of yours:');
		const { command } = this.#options;
		this.shown(
			fieldLines(
				[
					['your agents', this.theme.accent(`${command} setup`)],
					['the shell', this.theme.accent(command)],
					['a task, for scripts', this.theme.accent(`${command} run "explain this folder"`)],
				],
				{ theme: this.theme, columns: this.columns - 2 },
			),
		);
		this.line('');
		this.say(
			keptIn === null
				? `The folder of this demo is removed; ${this.#options.command} demo --keep leaves it for a look.`
				: `The folder of this demo stays: ${keptIn}`,
		);
	}

	/** For the caller to return: the demo did not come to its end. */
	gaveUp({ outcome, state }: SendResult): false {
		const why = state?.error?.message ?? '';
		this.line(
			this.theme.bad(`The demo stopped: ${outcome.replaceAll('_', ' ')} ${safeLine(why, 300)}`.trimEnd()),
		);
		return false;
	}

	async heading(title: string, about: string): Promise<void> {
		const { stage } = this.#options;
		if (this.#step > 0) stage.stop();
		this.#step++;
		this.line('');
		const heading = this.theme.bold(`${this.#step}. ${title}`);
		for (const row of wrapToColumns(heading, this.columns, { indent: 3 })) this.line(row);
		if (about !== '') this.say(about);
		this.line('');
		await this.#pause();
	}

	/** An explanation, dim. */
	say(text: string): void {
		for (const row of wrapToColumns(text, this.columns)) this.line(this.theme.dim(row));
	}

	/** What a command prints, behind the margin; wider rows are broken. */
	shown(lines: readonly string[]): void {
		for (const line of lines)
			for (const row of wrapToColumns(line, this.columns - 2, { indent: 2 })) this.line(`  ${row}`);
	}

	command(text: string): void {
		this.shown([this.theme.accent(`$ ${text}`)]);
	}

	line(text: string): void {
		this.#options.stage.write(`${text}\n`);
	}

	#prompt(prompt: string): void {
		this.shown([`${this.theme.accent('›')} ${this.theme.bold(prompt)}`]);
		this.line('');
	}

	async #pause(): Promise<void> {
		const { clock, pace, stage } = this.#options;
		await stage.shown();
		if (pace > 0) await clock.sleep(PAUSE_MS * pace);
	}
}
