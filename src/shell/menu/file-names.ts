import type { Clock } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import { type Names, toNames } from './name-ranks.ts';

/** A list that is older is made anew at the next look, ms. */
const FRESH_MS = 2000;
const MAX_NAME_CHARS = 400;
/** What a terminal shows as it is, without a blank; what else might be is looked at more closely. */
const PLAIN = /^[\x21-\x7e]+$/;

interface FileParts {
	/** Files below the folder where agents start, relative to it. May reject. */
	list(): Promise<readonly string[]>;
	clock: Pick<Clock, 'monotonic'>;
	/** A list has arrived that is not the one before. */
	onChange(): void;
}

/** Names of files and of the folders that hold them, listed in the background and kept. */
export class FileNames {
	readonly #parts: FileParts;
	#listed: readonly string[] = [];
	#names: Names = toNames([]);
	#listedAt = Number.NEGATIVE_INFINITY;
	#isListing = false;

	constructor(parts: FileParts) {
		this.#parts = parts;
	}

	/** What is known now; listed again if that is old. */
	look(): Names {
		const age = this.#parts.clock.monotonic() - this.#listedAt;
		if (!this.#isListing && age > FRESH_MS) void this.#list();
		return this.#names;
	}

	async #list(): Promise<void> {
		this.#isListing = true;
		// A folder that cannot be listed offers what it offered before.
		const listed = await this.#parts.list().catch(() => this.#listed);
		this.#isListing = false;
		this.#listedAt = this.#parts.clock.monotonic();
		if (isSame(listed, this.#listed)) return;
		this.#listed = listed;
		this.#names = toNames(withFolders(listed.filter(isShowable)));
		this.#parts.onChange();
	}
}

/** A name with a blank would end at it; one that cannot be shown as it is would be another one when it is typed. */
const isShowable = (name: string) =>
	name.length <= MAX_NAME_CHARS &&
	(PLAIN.test(name) || (!/\s/.test(name) && name === safeLine(name, MAX_NAME_CHARS)));

/** @internal Exported for tests. Each folder stands before what is in it. */
export function withFolders(files: readonly string[]): string[] {
	const names = new Set<string>();
	for (const file of files) {
		for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1))
			names.add(file.slice(0, at + 1));
		names.add(file);
	}
	return [...names];
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
	return some.length === others.length && some.every((name, at) => name === others[at]);
}
