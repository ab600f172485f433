/**
 * Expected texts as files under `test/golden/`, one a scene. `RELAY_TEST_GOLDEN=record` writes them instead of comparing; a
 * changed file is reviewed as a change of behaviour.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
/** Never in CI, where a golden file is only compared. */
const IS_RECORDING = process.env.RELAY_TEST_GOLDEN === 'record' && !process.env.CI;

/** The files of one test file: `test/golden/<name>/<scene>.txt`. */
export class GoldenFiles {
	readonly #folder: string;

	constructor(name: string) {
		this.#folder = join(ROOT, 'test/golden', name);
	}

	expect(scene: string, text: string): void {
		refuseMachine(text);
		const path = join(this.#folder, `${scene}.txt`);
		const whole = text.endsWith('\n') ? text : `${text}\n`;
		if (IS_RECORDING) {
			mkdirSync(this.#folder, { recursive: true });
			writeFileSync(path, whole);
			return;
		}
		const shown = relative(ROOT, path);
		if (!existsSync(path))
			throw new Error(`${shown} is missing; record it with RELAY_TEST_GOLDEN=record, and read it.`);
		expect(whole, `${shown} differs`).toBe(readFileSync(path, 'utf8'));
	}

	/** Fails where a file is of no scene; while recording, such a file goes. */
	expectOnly(scenes: readonly string[]): void {
		const known = new Set(scenes.map((scene) => `${scene}.txt`));
		const unused = readdirSync(this.#folder).filter((name) => !known.has(name));
		if (IS_RECORDING) for (const name of unused) rmSync(join(this.#folder, name));
		else expect(unused, 'golden files that no scene uses').toEqual([]);
	}
}

/** Absolute paths that no token took the place of. */
const MACHINE = /(?:^|[\s"'=:(])(\/(?:tmp|root|dev\/shm|var\/folders|private|Users|work)\/[^\s"')]*)/m;

function refuseMachine(text: string): void {
	const found = MACHINE.exec(text)?.[1];
	if (found !== undefined) throw new Error(`a path of this machine would stand in a golden file: ${found}`);
}
