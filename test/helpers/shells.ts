/** The shells of one test file: the program is built once, and each shell is gone after its test. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { buildShellProgram, PtyShell, type PtyShellOptions } from './pty-shell.ts';

export interface Shells {
	/** The path of the program; there before the first test. */
	readonly program: string;
	/** A shell that waits for its first prompt to be typed. */
	start(options?: Omit<PtyShellOptions, 'program'>): Promise<PtyShell>;
	/** The same, without waiting for anything. */
	open(options?: Omit<PtyShellOptions, 'program'>): PtyShell;
}

/** To be called once, outside the tests. */
export function useShells(): Shells {
	let built: { program: string; folder: string };
	let shells: PtyShell[] = [];
	beforeAll(async () => {
		built = await buildShellProgram();
	});
	afterAll(() => {
		rmSync(built.folder, { recursive: true, force: true });
	});
	afterEach(async () => {
		for (const shell of shells) await shell.dispose();
		shells = [];
	});
	const open: Shells['open'] = (options = {}) => {
		const shell = new PtyShell({ ...options, program: built.program });
		shells.push(shell);
		return shell;
	};
	return {
		get program() {
			return built.program;
		},
		open,
		async start(options) {
			const shell = open(options);
			await shell.ready();
			return shell;
		},
	};
}
