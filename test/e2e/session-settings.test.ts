import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';

const CLOSER = 'agents.order=demo-closer';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

/** Works on a task; returns its session, and what its record keeps. */
async function work(args: readonly string[]) {
	const end = await cli.run(['run', '--json', ...args, 'Say what you are.']);
	expect(end.exitCode, end.stderr).toBe(EXIT.done);
	const first = JSON.parse(end.stdout.split('\n')[0] ?? '');
	const path = join(cli.repo, '.agent-relay/sessions', first.session, 'meta.json');
	const meta = () => JSON.parse(readFileSync(path, 'utf8'));
	return { id: first.session as string, agent: first.agent, stderr: end.stderr, path, meta };
}

describe('settings given for one session', () => {
	it('hold for it and for what continues it, not for others, and are in no file of the configuration', async () => {
		const first = await work(['--config', CLOSER, '--config', 'permissions.preset=full']);
		expect(first.agent).toBe('demo-closer');
		expect(first.meta().config.settings).toEqual([{ key: 'agents.order', value: ['demo-closer'] }]);
		const next = await work(['-s', first.id, '--config', 'turn.idle_s=90s']);
		expect(next.stderr).toContain(
			'settings of this session: agents.order = ["demo-closer"], turn.idle_s = "90s"',
		);
		expect(next.meta().config.settings).toEqual([
			{ key: 'agents.order', value: ['demo-closer'] },
			{ key: 'turn.idle_s', value: '90s' },
		]);
		expect(Object.values(next.meta().agents)).toMatchObject([{ permissions: 'edit' }]);
		const other = await cli.run(['config', 'get', 'agents.order', '--json']);
		expect(JSON.parse(other.stdout).layer).toBe('default');
	});

	it('hold in a fork too, which says so', async () => {
		const first = await work(['--config', CLOSER, '--config', 'permissions.preset=full']);
		const forked = await cli.run(['fork', first.id]);
		expect(forked.stdout).toContain('with its settings: agents.order = ["demo-closer"]\n');
		const again = JSON.parse((await cli.run(['fork', first.id, '--json'])).stdout);
		expect(again.config).toEqual({ 'agents.order': ['demo-closer'] });
		const next = await work(['-s', again.id]);
		expect([next.agent, next.stderr]).toEqual([
			'demo-closer',
			expect.stringContaining('settings of this session: agents.order = ["demo-closer"]'),
		]);
		expect(next.stderr).not.toContain('were changed');
	});

	it('are what the user gave, whatever an agent writes into the record', async () => {
		const first = await work(['--config', CLOSER]);
		const evil = join(cli.base, 'evil');
		const settings = [
			{ key: 'agents.evil.command', value: ['touch', evil] },
			{ key: 'agents.order', value: ['evil'] },
		];
		writeFileSync(
			first.path,
			JSON.stringify({ ...first.meta(), config: { ...first.meta().config, settings } }),
		);
		const next = await work(['-s', first.id]);
		expect(next.agent).toBe('demo-closer');
		expect(next.meta().config.settings).toEqual([{ key: 'agents.order', value: ['demo-closer'] }]);
	});

	it.each(['limits.patiense_s=3', 'limits.patience_s=soon', 'none.toml'])(
		'refuse %s, and nothing begins',
		async (text) => {
			const { exitCode, stderr } = await cli.run(['run', '--config', text, 'x']);
			expect([exitCode, stderr]).toEqual([EXIT.usage, expect.stringContaining('--config')]);
			expect((await cli.run(['sessions', '--json'])).stdout).toContain('"sessions": []');
		},
	);
});
