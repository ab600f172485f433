/**
 * What the entries of `hooks install` start: a program of its own beside the relay's, because an agent waits for it at every tool call,
 * and most of the relay has nothing to do with that. It says what `agent-relay hook` says.
 */
import { type HookParts, hookContext } from '../app/open-hook.ts';
import { answerHook } from '../commands/hook/run.ts';
import { systemClock } from '../core/clock.ts';
import { readInput } from './input/read-input.ts';

export interface HookCall extends Pick<HookParts, 'env' | 'program'> {
	event: string;
	agent: string;
	/** Opened by the first look. */
	streams: { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream };
}

/** Resolves once the answer is written. Never rejects. */
export async function runHook({ event, agent, env, streams, program }: HookCall): Promise<void> {
	const input = {
		get input() {
			return streams.stdin;
		},
	};
	const answer = await answered();
	if (answer === null) return;
	const { stdout } = streams;
	// An agent that is gone needs no answer.
	await new Promise<void>((resolve) => {
		stdout.once('error', () => resolve());
		stdout.write(`${answer}\n`, () => resolve());
	});

	async function answered(): Promise<string | null> {
		try {
			const read = (maxBytes: number) => readInput(maxBytes, { streams: input, clock: systemClock });
			return await answerHook({ event, agent }, hookContext({ env, readInput: read, program }));
		} catch {
			return null;
		}
	}
}
