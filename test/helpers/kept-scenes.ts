import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/**
 * What many tests begin with, made once: copies of a folder that take its place again, at the same paths and of the same times. A
 * copy takes some milliseconds, the processes that made what is in it often seconds.
 */
export class KeptScenes {
	readonly #folder: string;
	readonly #copies = new Map<string, string>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Keeps all that is in the folder now. */
	keep(name: string): void {
		const copy = `${this.#folder}.scene-${this.#copies.size}`;
		execFileSync('cp', ['-a', this.#folder, copy]);
		this.#copies.set(name, copy);
	}

	/** Puts it back in place of all that is there. */
	set(name: string): void {
		const copy = this.#copies.get(name);
		if (copy === undefined) throw new Error(`no scene was kept as ${name}`);
		const script = 'rm -rf -- "$1" && cp -a -- "$2" "$1"';
		execFileSync('/bin/sh', ['-c', script, 'sh', this.#folder, copy], { cwd: '/' });
	}

	/** Removes the copies. */
	remove(): void {
		for (const copy of this.#copies.values()) rmSync(copy, { recursive: true, force: true });
	}
}
