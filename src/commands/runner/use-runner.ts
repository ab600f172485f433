/** What works with a runner that runs: attach, background, send, peek, wait. */
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { HeldLock } from '../../runners/runner-lock.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import type { Body } from '../command.ts';
import { openRunnerDesk, type RunnerDesk, type RunnerLook } from './runner-desk.ts';
import { runnerToJson } from './runner-json.ts';
import { startRunner } from './start-runner.ts';

export interface RunnerUse {
	done: 'left' | 'ended' | 'detached' | 'nobody_attached' | 'sent' | 'idle' | 'not_idle';
	look: RunnerLook;
	domain: string | null;
	called: (path: string) => string;
	/** How many were attached. */
	clients: number;
}

export const runnerUseToJson = ({ done, look, domain, clients }: RunnerUse): Record<string, unknown> => ({
	done,
	clients,
	runner: runnerToJson(look, domain),
});

async function used(
	done: RunnerUse['done'],
	runner: RunnerRecord,
	desk: RunnerDesk,
	{ clients = 0, exitCode = EXIT.done as number } = {},
) {
	const { domain, context } = desk;
	const look = await desk.look(runner);
	return { exitCode, data: { done, look, domain, called: context.called, clients } };
}

/** Starts it where it is stopped, and has the terminal until the user detaches or the program ends. */
export const runnerAttach: Body<{ runner: string }, RunnerUse> = {
	async run(context, { runner: ref }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		const { screen } = context;
		if (screen === null)
			throw new RelayError('usage', 'A runner is attached to a terminal, and this is none.', {
				hint: `Look at it with: agent-relay runner peek ${runner.name}`,
			});
		const lock = await enter(runner, desk);
		try {
			const { program, args, env } = await desk.engineOf(runner).attachWords(runner);
			await screen.runProgram(program, args, env);
			const after = await desk.look(runner);
			return await used(after.probe.is === 'running' ? 'left' : 'ended', runner, desk);
		} finally {
			lock?.release();
		}
	},
	toJson: runnerUseToJson,
};

/** Running now. null: somebody else is attached, and has the lock. */
async function enter(runner: RunnerRecord, desk: RunnerDesk): Promise<HeldLock | null> {
	const before = await desk.look(runner);
	requireKnown(before);
	if (before.probe.is === 'running') {
		desk.used(runner);
		const { lock } = before;
		const isShared = lock.is === 'held' && lock.holder?.doing === 'attach';
		return isShared ? null : desk.lock(runner, 'attach');
	}
	const lock = desk.lock(runner, 'attach');
	try {
		// Another one may have started it since.
		if ((await desk.look(runner)).probe.is !== 'running') await startRunner(runner, desk);
		return lock;
	} catch (error) {
		lock.release();
		throw error;
	}
}

export function requireKnown({ probe, runner }: RunnerLook): void {
	if (probe.is !== 'unknown') return;
	throw new RelayError('not_started', `Whether the runner ${runner.name} runs is not known: ${probe.why}.`);
}

export function requireRunning({ probe, runner }: RunnerLook): void {
	if (probe.is === 'running') return;
	throw new RelayError('refused', `The runner ${runner.name} is not running.`, {
		hint: `Start it: agent-relay runner restart ${runner.name}, or attach ${runner.name}`,
	});
}

export const runnerBackground: Body<{ runner: string }, RunnerUse> = {
	async run(context, { runner: ref }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		requireRunning(await desk.look(runner));
		const clients = await desk.engineOf(runner).detach(runner);
		return used(clients > 0 ? 'detached' : 'nobody_attached', runner, desk, { clients });
	},
	toJson: runnerUseToJson,
};

export const runnerSend: Body<
	{ runner: string; text: string | null; file: string | null; pasteOnly: boolean },
	RunnerUse
> = {
	async run(context, { runner: ref, text, file, pasteOnly }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		requireRunning(await desk.look(runner));
		const called = { word: 'task', example: `runner send ${ref} "go on"`, question: 'What is sent' } as const;
		const words = await context.readTask({ argument: text, file, encoding: null, isOptional: false, called });
		await desk.engineOf(runner).send(runner, words ?? '', { enter: !pasteOnly });
		return used('sent', runner, desk);
	},
	toJson: runnerUseToJson,
};

export const runnerPeek: Body<{ runner: string }, { name: string; screen: string }> = {
	async run(context, { runner: ref }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		requireRunning(await desk.look(runner));
		const screen = await desk.engineOf(runner).peek(runner);
		return { exitCode: EXIT.done, data: { name: runner.name, screen } };
	},
	toJson: ({ name, screen }) => ({ name, screen }),
};

/** How often a screen is looked at; a look takes 10 ms. */
const LOOK_MS = 250;

interface WaitOptions {
	runner: string;
	idle: boolean;
	quietFor: number;
	timeout: number | null;
}

/** Until the screen has not changed for `quietFor`, or it ended; without `idle` until it ended. */
export const runnerWait: Body<WaitOptions, RunnerUse> = {
	async run(context, { runner: ref, idle, quietFor, timeout }) {
		const desk = await openRunnerDesk(context);
		const runner = desk.find(ref);
		requireKnown(await desk.look(runner));
		const begun = context.clock.monotonic();
		let [screen, since] = ['', begun];
		for (;;) {
			if ((await desk.look(runner)).probe.is === 'stopped') return used('ended', runner, desk);
			const now = context.clock.monotonic();
			if (idle) {
				const seen = await peekOrNull(runner, desk);
				if (seen !== screen) [screen, since] = [seen, now];
				if (now - since >= quietFor) return used('idle', runner, desk);
			}
			if (timeout !== null && now - begun >= timeout)
				return used('not_idle', runner, desk, { exitCode: EXIT.timedOut });
			await context.clock.sleep(LOOK_MS);
		}
	},
	toJson: runnerUseToJson,
};

/** It may end between two looks. */
async function peekOrNull(runner: RunnerRecord, desk: RunnerDesk): Promise<string> {
	try {
		return await desk.engineOf(runner).peek(runner);
	} catch (error) {
		if (error instanceof RelayError) return '';
		throw error;
	}
}
