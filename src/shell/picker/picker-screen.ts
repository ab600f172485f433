/** The full-screen list of runners. It has the terminal until it is left, but for the time that a runner is attached. */
import type { PickerAct, PickerSource } from '../../commands/runner/picker-source.ts';
import { RelayError } from '../../core/errors.ts';
import { safeLine } from '../../core/text.ts';
import type { Key } from '../editor/keys.ts';
import { FullScreen, type FullScreenOptions } from '../terminal/full-screen.ts';
import { pickerPage, pickerRegion } from './picker-rows.ts';
import {
	firstPicker,
	type PickerEffect,
	type PickerState,
	pressPickerKey,
	withDone,
	withMessage,
	withRunners,
} from './picker-state.ts';

export type PickerScreenOptions = FullScreenOptions & { source: PickerSource };

/** Between two looks at what runs. */
const LOOK_MS = 1_000;

/** The exit code: 143 and 129 where a signal ended it. Rejects with bugs of ours; the terminal is as before then, too. */
export async function runPickerScreen(options: PickerScreenOptions): Promise<number> {
	return new PickerScreen(options).run();
}

/** On a busy machine several keys come as one text, and each of them does something. */
const apart = (key: Key): Key[] =>
	key.kind === 'text' ? [...key.text].map((text) => ({ kind: 'text', text })) : [key];

class PickerScreen {
	readonly #options: PickerScreenOptions;
	readonly #screen: FullScreen<number>;
	#state: PickerState;
	/** A runner has the terminal, or something is being done. */
	#isBusy = false;

	constructor(options: PickerScreenOptions) {
		this.#options = options;
		this.#screen = new FullScreen(options, {
			press: (keys) => this.#press(keys),
			drawAnew: () => this.#draw(),
			interrupt: (exitCode) => this.#screen.end(exitCode),
			fail: (error) => this.#fail(error),
		});
		this.#state = firstPicker(options.source.agents, options.source.kinds);
	}

	run(): Promise<number> {
		return this.#screen.run(() => {
			this.#draw();
			void this.#lookOn();
		});
	}

	/** What the user can mend stands on the screen. */
	#fail(error: unknown): void {
		if (!(error instanceof RelayError)) {
			this.#screen.endWith(error);
			return;
		}
		const hint = error.hint === undefined ? '' : ` ${error.hint}`;
		this.#state = withMessage(this.#state, safeLine(`${error.message}${hint}`, 1_000), true);
	}

	#press(keys: readonly Key[]): void {
		for (const key of keys.flatMap(apart)) {
			if (this.#isBusy) continue;
			const { state, effect } = pressPickerKey(this.#state, key, pickerPage(this.#screen.writer));
			this.#state = state;
			if (effect !== null) this.#carryOut(effect);
		}
		this.#draw();
	}

	#carryOut(effect: PickerEffect): void {
		switch (effect.type) {
			case 'act':
				void this.#do(effect.act);
				break;
			case 'attach':
				void this.#enter(effect.uuid);
				break;
			case 'settings':
				void this.#showSettings();
				break;
			case 'leave':
				this.#screen.end(0);
				break;
			case 'suspend':
				this.#screen.suspend();
				break;
			case 'redraw':
				this.#screen.redraw();
				break;
		}
	}

	async #do(act: PickerAct): Promise<void> {
		await this.#alone(async () => {
			this.#state = withMessage(this.#state, 'At it …', false);
			this.#draw();
			this.#state = withDone(this.#state, safeLine(await this.#options.source.act(act), 500));
		});
	}

	async #enter(uuid: string): Promise<void> {
		await this.#alone(async () => {
			const said = await this.#screen.away(() => this.#options.source.attach(uuid));
			if (said) this.#state = withDone(this.#state, safeLine(said, 500));
		});
	}

	async #showSettings(): Promise<void> {
		await this.#alone(async () => {
			const rows = await this.#options.source.settings();
			const { mode } = this.#state;
			if (mode.is === 'page') this.#state = { ...this.#state, mode: { ...mode, rows } };
		});
	}

	async #alone(act: () => Promise<void>): Promise<void> {
		this.#isBusy = true;
		try {
			await act();
		} catch (error) {
			this.#fail(error);
		} finally {
			this.#isBusy = false;
		}
		await this.#look();
	}

	async #lookOn(): Promise<void> {
		const { clock } = this.#options;
		while (!this.#screen.isOver) {
			if (!this.#isBusy) await this.#look();
			await clock.sleep(LOOK_MS, this.#screen.over);
		}
	}

	async #look(): Promise<void> {
		try {
			const rows = await this.#options.source.list();
			// What is done meanwhile is followed by a look of its own, and takes no keys: nothing is to look as if it were done.
			if (this.#isBusy) return;
			this.#state = withRunners(this.#state, rows);
		} catch (error) {
			this.#fail(error);
		}
		this.#draw();
	}

	#draw(): void {
		const { columns, rows } = this.#screen.writer;
		this.#screen.draw(pickerRegion(this.#state, { columns, rows, theme: this.#options.theme }));
	}
}
