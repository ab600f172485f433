import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

/** Real programs at once; 200 take a minute and a half on two cores. */
const AT_ONCE = Number(process.env.RELAY_TEST_AT_ONCE ?? 40);

describe('workstreams', () => {
	it('are all kept of many that are created at once', { timeout: 600_000 }, async () => {
		const names = Array.from({ length: AT_ONCE }, (_, at) => `w${String(at).padStart(3, '0')}`);
		const place = { cwd: home.repo, env: home.env };
		const runs = await Promise.all(names.map((name) => startProgram(place, 'ws', 'new', name).ended));
		expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
		const config = join(home.home, '.config', 'agent-relay');
		const { workstreams } = JSON.parse(readFileSync(join(config, 'workstreams.json'), 'utf8'));
		expect(workstreams.map(({ name }: { name: string }) => name).sort()).toEqual(names);
		expect(readdirSync(join(config, 'workstreams')).sort()).toEqual(names);
	});
});
