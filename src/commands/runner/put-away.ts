/** What relays left that were killed while they made, changed or removed a runner: found by the next command, which says so. */
import type { RunnerStore } from '../../runners/runner-store.ts';
import { RUNNER_VARIABLE } from '../../runners/runner-variables.ts';
import type { CommandContext } from '../context.ts';

/** How long what a killed relay had started takes to be gone. */
const GONE_MS = 2_000;
const LOOK_MS = 20;

const WORDS = { making: 'was being created', removing: 'was being deleted' } as const;

export async function putAway(store: RunnerStore, context: CommandContext): Promise<void> {
	for (const leftover of store.leftovers()) {
		const { doing, uuid, path } = leftover;
		if (doing === 'making') await endMakers(uuid, context);
		const of = `of the runner ${uuid.slice(0, 8)}, which ${WORDS[doing]} when its relay ended`;
		context.notice(
			store.clear(leftover)
				? `put away what was left ${of}`
				: `cannot put away what is left ${of}, as a program still writes there: ${path}`,
		);
	}
	if (store.mend())
		context.notice('wrote the DNS names of the runners anew, as a relay was killed while it changed one');
}

/** Git goes on when its relay is killed, and would write into a folder that is gone. */
async function endMakers(uuid: string, { processes, clock }: CommandContext): Promise<void> {
	const makers = processes
		.withEnvironment({ [RUNNER_VARIABLE]: uuid })
		.filter(({ pid }) => pid !== process.pid);
	for (const one of makers) processes.signal(one, 'SIGKILL');
	const until = clock.monotonic() + GONE_MS;
	while (processes.alive(makers).length > 0 && clock.monotonic() < until) await clock.sleep(LOOK_MS);
}
