/** The full screen of `search`: search as you type, read, go on. It has the terminal until it is left. */
import type { Hit } from '../../commands/search/hit.ts';
import type { SearchChoice, SearchSource } from '../../commands/search/search-source.ts';
import type { Key } from '../editor/keys.ts';
import { FullScreen, type FullScreenOptions } from '../terminal/full-screen.ts';
import { pageRows, type SearchRoom, searchRegion } from './search-rows.ts';
import { firstState, pressSearchKey, type SearchEffect, withHits, withRows } from './search-state.ts';

export type SearchScreenOptions = FullScreenOptions & { source: SearchSource };

export interface SearchEnd {
	choice: SearchChoice;
	/** 143 and 129 where a signal ended it. */
	exitCode: number;
}

/** Rejects with what the source throws; the terminal is as before then, too. */
export async function runSearchScreen(options: SearchScreenOptions): Promise<SearchEnd> {
	const screen = new SearchScreen(options);
	return screen.run();
}

class SearchScreen {
	readonly #options: SearchScreenOptions;
	readonly #screen: FullScreen<SearchEnd>;
	#state;
	/** The query that is to be searched for next; null: none. */
	#wanted: string | null = null;
	#isFinding = false;

	constructor(options: SearchScreenOptions) {
		this.#options = options;
		this.#screen = new FullScreen(options, {
			press: (keys) => this.#press(keys),
			drawAnew: () => this.#drawAnew(),
			interrupt: (exitCode) => this.#end(null, exitCode),
			fail: (error) => this.#screen.endWith(error),
		});
		this.#state = firstState(options.source.agents);
	}

	run(): Promise<SearchEnd> {
		return this.#screen.run(() => {
			this.#draw();
			this.#search('');
		});
	}

	#end(choice: SearchChoice, exitCode = 0): void {
		this.#screen.end({ choice, exitCode });
	}

	#press(keys: readonly Key[]): void {
		for (const key of keys) {
			const { state, effect } = pressSearchKey(this.#state, key, pageRows(this.#room()));
			this.#state = state;
			if (effect !== null) this.#carryOut(effect);
		}
		this.#draw();
	}

	#carryOut(effect: SearchEffect): void {
		switch (effect.type) {
			case 'search':
				this.#search(effect.typed);
				break;
			case 'read':
				void this.#read(effect.hit);
				break;
			case 'go_on':
				this.#end({ hit: effect.hit, agent: effect.agent });
				break;
			case 'leave':
				this.#end(null);
				break;
			case 'suspend':
				this.#screen.suspend();
				break;
			case 'redraw':
				this.#screen.redraw();
				break;
		}
	}

	/** Only the newest query of those that are typed meanwhile is searched for. */
	#search(typed: string): void {
		this.#wanted = typed;
		if (!this.#isFinding) void this.#find();
	}

	async #find(): Promise<void> {
		this.#isFinding = true;
		try {
			while (this.#wanted !== null && !this.#screen.isOver) {
				const typed = this.#wanted;
				this.#wanted = null;
				const found = await this.#options.source.find(typed);
				if (this.#wanted === null) this.#state = withHits(this.#state, found);
				this.#draw();
			}
		} catch (error) {
			this.#screen.endWith(error);
		} finally {
			this.#isFinding = false;
		}
	}

	async #read(hit: Hit): Promise<void> {
		try {
			this.#state = withRows(this.#state, await this.#options.source.read(hit, this.#screen.writer.columns));
			this.#draw();
		} catch (error) {
			this.#screen.endWith(error);
		}
	}

	/** An open conversation has other rows. */
	#drawAnew(): void {
		this.#draw();
		const hit = this.#state.hits[this.#state.selected];
		if (this.#state.mode === 'read' && hit !== undefined) void this.#read(hit);
	}

	#draw(): void {
		this.#screen.draw(searchRegion(this.#state, this.#room()));
	}

	#room(): SearchRoom {
		const { theme, source } = this.#options;
		const { columns, rows } = this.#screen.writer;
		return { theme, columns, rows, home: source.home, now: source.now() };
	}
}
