import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const PROGRAM = resolve(import.meta.dirname, 'called-program.mjs');

interface Call {
	args: readonly string[];
	cwd: string;
	env: Readonly<Record<string, string>>;
}

interface Answer {
	exitCode: number;
	stdout: string;
	stderr: string;
}

/**
 * The built program for command lines that start no agent: one process answers them all, one after the other. With a process of its
 * own each takes ten times as long. It ends with the process that calls it.
 */
class CalledProgram {
	readonly #child: ChildProcess;
	#last: Promise<unknown> = Promise.resolve();

	constructor(nodeFlags: readonly string[], env: Readonly<Record<string, string>>) {
		this.#child = spawn(process.execPath, [...nodeFlags, PROGRAM], {
			env: { PATH: process.env.PATH ?? '', ...env },
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		this.#child.unref();
		this.#child.channel?.unref();
	}

	get hasEnded(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	call(call: Call): Promise<Answer> {
		const answered = this.#last.then(() => this.#ask(call));
		this.#last = answered.catch(() => undefined);
		return answered;
	}

	async #ask(call: Call): Promise<Answer> {
		const child = this.#child;
		child.channel?.ref();
		try {
			return await new Promise((done, fail) => {
				const onExit = () => fail(new Error(`the program ended in the call of ${call.args.join(' ')}`));
				child.once('exit', onExit);
				child.once('message', (answer: Answer | { failed: string }) => {
					child.off('exit', onExit);
					if ('failed' in answer) fail(new Error(answer.failed));
					else done(answer);
				});
				child.send(call);
			});
		} finally {
			child.channel?.unref();
		}
	}
}

const programs = new Map<string, CalledProgram>();

/** `nodeFlags` and `steer` are of the process, which those with the same share. */
export function callProgram(
	call: Call,
	{ nodeFlags, steer }: { nodeFlags: readonly string[]; steer: Readonly<Record<string, string>> },
): Promise<Answer> {
	const key = JSON.stringify([nodeFlags, steer]);
	const known = programs.get(key);
	const program = known === undefined || known.hasEnded ? new CalledProgram(nodeFlags, steer) : known;
	programs.set(key, program);
	return program.call(call);
}
