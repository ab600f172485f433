import { afterEach, beforeEach, describe, it } from 'vitest';
import { expectLastBytes } from '../helpers/last-bytes.ts';
import { AgentBench, TRANSPORTS } from '../helpers/terminal-harness.ts';

let bench: AgentBench;
beforeEach(() => {
	bench = new AgentBench();
});
afterEach(() => bench.dispose());

describe('a turn’s last bytes', () => {
	it.each(TRANSPORTS)('all arrive under load, every time (%s)', async (_, start) => {
		await expectLastBytes(bench, start, Number(process.env.TERMINAL_RUNS ?? 15));
	});
});
