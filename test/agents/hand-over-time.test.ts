/** From the predecessor's last moment to the successor's first, seen by programs in front of both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { AGENTS_BIN, hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

/** The bar of 120 ms is the benchmark's, with a machine to itself; here only what waits must show. */
const MOST_MS = 5000;
const FILES = Object.fromEntries(
	Array.from({ length: 5000 }, (_, i) => [`src/part-${i % 50}/file-${i}.txt`, `file ${i}\n`]),
);

describe.skipIf(!hasAgents)('a hand-over', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)('from %s in a repo of 5,000 files takes a moment', async (from) => {
		const to = from === 'claude' ? 'codex' : 'claude';
		const scene = await openScene({ files: FILES });
		const log = join(scene.root, 'times');
		const stamp = (word: string) => `echo "${word} $(date +%s%N)" >> '${log}'`;
		const [fromCli, toCli] = [`${AGENTS_BIN}/${from}`, `${AGENTS_BIN}/${to}`];
		// The relay also asks for versions, beside a turn.
		const unlessProbed = (cli: string) => `[ "$1" = --version ] && exec ${cli} "$@"`;
		scene.addProgram(
			from,
			`${unlessProbed(fromCli)}\n${fromCli} "$@"; code=$?; ${stamp('gone')}; exit $code`,
		);
		const folder = scene.addProgram(to, `${unlessProbed(toCli)}\n${stamp('exec')}; exec ${toCli} "$@"`);
		const dirty = 'for i in $(seq 100); do echo changed >> src/part-$((i % 50))/file-$i.txt; done';
		scene.model.script(from, callTools(TOOLS[from].shell(dirty)));
		scene.model.forever(from, REFUSALS[from].window(Math.floor(Date.now() / 1000) + 3600));
		scene.model.script(to, say('I go on.'));

		const run = await scene.run('Change a hundred files', ['--order', `${from},${to}`, '-p', 'full'], {
			env: { PATH: `${folder}:${scene.env.PATH}` },
		});

		expect(run.exitCode, run.stderr).toBe(0);
		expect(scene.turn(1).files).toHaveLength(100);
		const [gone, exec] = ['gone', 'exec'].map((word) => {
			const line = readFileSync(log, 'utf8')
				.split('\n')
				.find((text) => text.startsWith(word));
			return Number(BigInt(line?.split(' ')[1] ?? 0) / 1000n) / 1000;
		});
		const tookMs = (exec ?? 0) - (gone ?? 0);
		process.stderr.write(`hand-over ${from} -> ${to}: ${tookMs.toFixed(0)} ms\n`);
		expect(tookMs).toBeGreaterThan(0);
		expect(tookMs).toBeLessThan(MOST_MS);
	});
});
