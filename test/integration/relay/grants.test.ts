import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionPage } from '../../../src/commands/show/session-page.ts';
import { PLAIN_THEME } from '../../../src/ui/plain-theme.ts';
import { benchConfig, EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, codexAnswers } from '../../helpers/fake-agent-lines.ts';
import type { FakeStep } from '../../helpers/fake-agents.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** A turn of claude that lists these MCP servers as it begins. */
const withServers = (...names: string[]): FakeStep[] => {
	const init = JSON.parse(claude.init);
	const servers = names.map((name) => ({ name, status: 'connected' }));
	const [first, ...rest] = claudeAnswers('ok');
	const emit =
		first?.emit?.replace(claude.init, `${JSON.stringify({ ...init, mcp_servers: servers })}\n`) ?? '';
	return [{ ...first, emit }, ...rest];
};

function allowing(...commands: string[]) {
	const config = benchConfig();
	config.permissions.allow_commands = commands;
	return config;
}

describe('what an agent was given', () => {
	it('is on record with the turn and the session, and shown; an agent that does not report servers has none', async () => {
		bench.install('claude', { turns: [withServers('github', 'jira')] });
		bench.install('codex', { turns: [codexAnswers('ok')] });
		const it = await bench.relay({ agent: 'claude', model: 'opus' }, { config: allowing('npm test') });
		await it.send('one');
		await it.relay.use({ agent: 'codex', model: null }, null);
		await it.send('two');
		const { hash } = it.meta().agents.claude?.account ?? { hash: '' };
		expect(hash).toMatch(/^[0-9a-f]{16}$/);
		const given = { account: { profile: null, hash }, allow_commands: ['npm test'] };
		expect(it.meta().agents).toMatchObject({
			claude: { model_asked: 'opus', mcp_servers: ['github', 'jira'], ...given },
			codex: { model_asked: null, mcp_servers: null },
		});
		expect(it.states()[0]).toMatchObject({ ...given, mcp_servers: ['github', 'jira'] });
		expect(JSON.stringify(it.meta())).not.toContain('fake-claude-key');
		const id = it.relay.session()?.id;
		if (!id) throw new Error('no session');
		const page = sessionPage({
			isOurs: true,
			status: 'completed',
			reason: null,
			lineage: it.deps.store.lineage(id),
			now: bench.clock.now(),
			theme: PLAIN_THEME,
			columns: 200,
			ownName: 'agent-relay',
		}).join('\n');
		expect(page).toMatch(
			new RegExp(
				`claude +edit · model opus · account ${hash.slice(0, 8)} · may run npm test · MCP github, jira`,
			),
		);
	});

	it('is compared when the session continues, and what differs is said', async () => {
		bench.install('claude', { turns: [withServers('github'), withServers('jira')] });
		const it = await bench.relay({ agent: 'claude' }, { config: allowing('npm test') });
		await it.send('one');
		const id = it.relay.session()?.id;
		const { folder } = it;
		await it.relay.close();
		bench.env = { ...bench.env, ANTHROPIC_API_KEY: 'another-key' };
		const next = await bench.relay({}, { config: allowing('npm test', 'make') });
		expect(id && (await next.relay.resume(id))).toEqual([
			'claude is logged in with another account than in its last turn here',
			'the commands that claude may run have changed: now also make',
		]);
		await next.send('two');
		expect(next.ofType('notice').map(({ text }) => text)).toEqual([
			'the MCP servers of claude have changed: now also jira; no longer github',
		]);
		expect(JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')).agents.claude.mcp_servers).toEqual([
			'github',
		]);
		expect(next.meta().agents.claude).toMatchObject({
			mcp_servers: ['jira'],
			allow_commands: ['npm test', 'make'],
		});
	});

	it('is not spoken of where nothing differs', async () => {
		bench.install('claude', { turns: [withServers('github')] });
		const it = await bench.relay({ agent: 'claude' });
		await it.send('one');
		const id = it.relay.session()?.id;
		await it.relay.close();
		const next = await bench.relay();
		expect(id && (await next.relay.resume(id))).toEqual([]);
		await next.send('two');
		expect(next.ofType('notice')).toEqual([]);
	});
});
