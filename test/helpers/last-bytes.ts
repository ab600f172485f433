import { expect } from 'vitest';
import type { StartAgentProcess } from '../../src/terminal/agent-process.ts';
import type { AgentBench } from './terminal-harness.ts';

const SIZES = [1, 6_000, 65_536, 2_000_000];

/** Agents that end at once after so many bytes, while two others keep the processor busy. */
export async function expectLastBytes(
	bench: AgentBench,
	start: StartAgentProcess,
	runs: number,
): Promise<void> {
	const load = await Promise.all([1, 2].map(() => bench.sh(start, 'while :; do :; done')));
	for (let run = 0; run < runs; run++) {
		for (const bytes of SIZES) {
			const { output } = await bench.run(start, '/usr/bin/head', ['-c', String(bytes), '/dev/zero']);
			expect(output.length).toBe(bytes);
		}
	}
	await Promise.all(load.map(({ agent }) => agent.stop({ interruptMs: 0, terminateMs: 0 })));
}
