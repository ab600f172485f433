// What it costs that an agent gets the relay's tools for a turn: whole turns of the real CLIs at a model on loopback, with the tools and
// without, in turn; and how soon the server has told its tools.
import { spawn } from 'node:child_process';
import { inTurn, measure, median, timeProcess } from './figures.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { RELAY, withScene } from './scene.mjs';

const MOST_TIMES = 1.1;
const HARNESS = '/test/agents/harness';
/** gemini takes no server for one call. */
const AGENTS = ['claude', 'codex', 'copilot', 'opencode'];

export async function measureTools({ rounds, turns, agents = AGENTS }) {
	const paths = ['installed-agents', 'scene', 'answers'].map((name) => `${HARNESS}/${name}.ts`);
	const withTools = await withTypeScript(paths, async ({ hasAgents }, { openScene }, { say }) => {
		const named = (agent) => `tools: a turn of ${agent} with the relay's`;
		if (!hasAgents)
			return agents.map((agent) => ({
				name: named(agent),
				skipped: 'the CLIs are not installed (npm run test:agents)',
			}));
		const rows = [];
		for (const agent of agents) rows.push(await measureTurns(named(agent), agent, { openScene, say, turns }));
		return rows;
	});
	return [...withTools, await measureServer(rounds)];
}

async function measureTurns(name, agent, { openScene, say, turns }) {
	const scene = await openScene({});
	try {
		if (agent === 'opencode')
			scene.writeHome(
				'.config/opencode/node_modules/@opencode-ai/plugin/package.json',
				'{"version":"1.18.33"}',
			);
		scene.model.forever(agent, say('Done.'));
		const turn = (isGiven) => async () => {
			const before = performance.now();
			const run = await scene.relay(['run', '-q', '--order', agent, '-p', 'edit', 'Say done'], {
				env: { AGENT_RELAY_CFG_MCP__INJECT: String(isGiven) },
			});
			const ms = performance.now() - before;
			if (run.exitCode !== 0) throw new Error(`${agent}: ${run.stderr}${run.stdout}`);
			return ms;
		};
		const figures = await inTurn({ without: turn(false), given: turn(true) }, turns);
		const without = median(figures.without);
		const pairs = figures.given.map((ms, at) => ms / figures.without[at]);
		return measure(name, 'times one without', median(figures.given) / without, {
			atMost: MOST_TIMES,
			values: pairs,
			details: { ms: median(figures.given), ms_without: without },
		});
	} finally {
		await scene.dispose();
	}
}

const REQUESTS = [
	{
		id: 1,
		method: 'initialize',
		params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
	},
	{ method: 'notifications/initialized' },
	{ id: 2, method: 'tools/list' },
]
	.map((request) => `${JSON.stringify({ jsonrpc: '2.0', ...request })}\n`)
	.join('');

function measureServer(rounds) {
	return withScene(async (scene) => {
		const options = { cwd: scene.makeRepo('repo', 0), env: scene.env };
		const figures = await inTurn(
			{
				node: () => timeProcess(process.execPath, ['-e', '0'], options),
				server: () => untilListed(options),
			},
			rounds,
			{ warmUps: 2 },
		);
		const node = median(figures.node);
		return measure(
			'tools: the server, until it has listed them',
			'bare node starts',
			median(figures.server) / node,
			{
				values: figures.server.map((ms) => ms / node),
				details: { ms: median(figures.server), node_ms: node },
			},
		);
	});
}

function untilListed(options) {
	return new Promise((resolve, reject) => {
		const before = performance.now();
		const child = spawn(process.execPath, [RELAY, 'mcp'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
		let [text, ms] = ['', null];
		child.stdout.on('data', (chunk) => {
			text += chunk;
			if (ms !== null || !text.includes('"search_history"')) return;
			ms = performance.now() - before;
			child.stdin.end();
		});
		child.on('error', reject);
		child.on('close', (code) =>
			ms === null ? reject(new Error(`mcp ended with ${code}: ${text}`)) : resolve(ms),
		);
		child.stdin.write(REQUESTS);
	});
}
