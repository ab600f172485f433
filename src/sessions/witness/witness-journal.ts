import { removeIfThere, syncContent, syncNamed } from '../../core/files/write-file.ts';
import {
	appendWitness,
	parseWitness,
	readWitnessText,
	serializeWitness,
	type WitnessLine,
	witnessProblem,
} from './witness-file.ts';

/**
 * The lines of one witness, in its file and in memory. Whatever the disk refuses becomes a problem that is reported once;
 * nothing here throws for it.
 */
export class WitnessJournal {
	readonly path: string;
	/** All that is known, as it is in the file, in order. */
	readonly #lines = new Set<string>();
	#knownBytes = 0;
	#isSynced = true;
	/** The file's name is on disk. */
	#isNamed = false;
	#settling: Promise<void> = Promise.resolve();
	#problem: string | null = null;
	#isReported = false;

	constructor(path: string) {
		this.path = path;
	}

	/** Why the file does not hold what it should, as the end of a sentence; null: it does, or there is none. */
	get problem(): string | null {
		return this.#problem;
	}

	/** The problem as a sentence, once; null: there is none, or it was reported. */
	takeProblem(): string | null {
		if (this.#problem === null || this.#isReported) return null;
		this.#isReported = true;
		return `What you say in this session is witnessed only while this relay runs: ${this.path}: ${this.#problem}`;
	}

	/** The lines of the file that were not known yet. */
	read(): WitnessLine[] {
		const text = this.#orProblem(() => readWitnessText(this.path)) ?? null;
		if (text === null) return [];
		this.#knownBytes = Math.max(this.#knownBytes, Buffer.byteLength(text));
		return parseWitness(text).flatMap(({ line, text: known }) => {
			if (this.#lines.has(known)) return [];
			this.#lines.add(known);
			return [line];
		});
	}

	/** Durable with the next `settle`. */
	append(lines: readonly WitnessLine[]): void {
		const text = lines.map(serializeWitness);
		for (const line of text) this.#lines.add(line);
		this.#orProblem(() => {
			const { bytes, isNew } = appendWitness(this.path, {
				lines: text.join(''),
				all: [...this.#lines].join(''),
				knownBytes: this.#knownBytes,
			});
			this.#knownBytes = bytes;
			this.#isSynced = false;
			if (isNew) this.#isNamed = false;
		});
	}

	/** Resolves once all that was appended is on disk, whoever began to put it there; a failure becomes the `problem`. Never rejects. */
	settle(): Promise<void> {
		if (this.#isUnsettled())
			this.#settling = Promise.all([this.#settling, this.#sync()]).then(() => undefined);
		return this.#settling;
	}

	remove(): void {
		this.#orProblem(() => removeIfThere(this.path));
	}

	async #sync(): Promise<void> {
		const sync = this.#isNamed ? syncContent : syncNamed;
		// Before the wait: a file that is removed meanwhile has to be named again.
		this.#isNamed = true;
		try {
			await sync(this.path);
		} catch (error) {
			this.#problem ??= witnessProblem(error);
		}
	}

	#isUnsettled(): boolean {
		if (this.#isSynced || this.#problem !== null) return false;
		this.#isSynced = true;
		return true;
	}

	#orProblem<T>(act: () => T): T | undefined {
		try {
			return act();
		} catch (error) {
			this.#problem ??= witnessProblem(error);
			return undefined;
		}
	}
}
