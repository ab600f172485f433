import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram } from '../helpers/crash-program.ts';
import { EngineBench } from '../helpers/engine-bench.ts';
import { claude } from '../helpers/fake-agent-lines.ts';
import type { FakeStep } from '../helpers/fake-agents.ts';

/** Megabytes of the flood; `RELAY_FLOOD_MB=1000` is the figure of the design. */
const FLOOD_MB = Number(process.env.RELAY_FLOOD_MB ?? 60);

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench({ startsAt: Date.now() });
});
afterEach(() => bench.dispose());

/** The last turn. */
function lastState() {
	const folder = join(bench.repo, '.agent-relay/sessions');
	const newest = readdirSync(folder).sort().at(-1) ?? '';
	return JSON.parse(readFileSync(join(folder, newest, 'turns/001-state.json'), 'utf8'));
}

describe('much to read', () => {
	it('a flood of 1 KB lines needs no more memory the longer it is', async () => {
		const line = claude.text('y'.repeat(820));
		const floodOf = (megabytes: number): FakeStep[] => [
			{ emit: claude.init },
			{ flood: { line, count: Math.round((megabytes * 1e6) / line.length) } },
			{ emit: claude.result('over') },
			{ exit: 0 },
		];
		bench.install('claude', { turns: [floodOf(10), floodOf(FLOOD_MB)] });
		const small = await peakMemory('run', 'small flood', '-a', 'claude', '-q');
		const large = await peakMemory('run', 'large flood', '-a', 'claude', '-q');
		if (FLOOD_MB > 100) console.log({ small, large, ratio: large / small });
		expect(lastState()).toMatchObject({ status: 'completed' });
		expect(lastState().bytes.raw).toBeGreaterThan(FLOOD_MB * 0.99e6);
		expect(large / small).toBeLessThan(1.2);
	}, 600_000);
});

/**
 * Peak resident memory of a run that must end well, KB. Its heap has no room to put collections off, so
 * that the peak tells what is kept and not how busy the machine is.
 */
async function peakMemory(...args: string[]): Promise<number> {
	const smallHeap = { NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=64' };
	const relay = startProgram({ cwd: bench.repo, env: { ...bench.env, ...smallHeap } }, ...args);
	let peak = 0;
	const look = setInterval(() => {
		const status = existsSync(`/proc/${relay.pid}/status`)
			? readFileSync(`/proc/${relay.pid}/status`, 'utf8')
			: '';
		peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
	}, 50);
	try {
		const { code, stderr } = await relay.ended;
		expect([code, stderr]).toEqual([0, expect.any(String)]);
		return peak;
	} finally {
		clearInterval(look);
	}
}
