/**
 * A relay in miniature, to be killed: `node terminal-relay.mjs COMPILED_SRC FOLDER`. Starts agents through the terminal
 * layer, a detached sleep through runProcess between them, and prints `{wrappers, agents, sleep}` as one line of JSON.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [compiled = '', folder = ''] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(compiled, path)).href);
const { systemClock } = await load('core/clock.js');
const { createProcessTable } = await load('core/processes/create-process-table.js');
const { runProcess } = await load('core/processes/run-process.js');
const { createStartPty } = await load('terminal/start-pty.js');

const processes = createProcessTable();
const start = createStartPty({ clock: systemClock, processes });
const env = { PATH: '/usr/bin:/bin' };

/** Resolves with the agent's own pid and its wrapper's. */
async function startAgent(name) {
	const promptPath = join(folder, `${name}.prompt`);
	writeFileSync(promptPath, '');
	const spec = {
		executable: '/bin/sh',
		args: ['-c', 'echo "$$ "; while :; do sleep 1 & wait; done'],
		env,
		cwd: folder,
		promptPath,
		stderrPath: join(folder, `${name}.stderr`),
	};
	let said = '';
	let tell = () => undefined;
	const agentPid = new Promise((resolve) => {
		tell = resolve;
	});
	const onOutput = (chunk) => {
		said += chunk;
		if (said.includes(' ')) tell(Number.parseInt(said, 10));
	};
	const agent = await start(spec, { onOutput, onStderr: () => undefined });
	return { wrapper: agent.identity.pid, agent: await agentPid };
}

const first = await startAgent('first');
const detached = await runProcess('/bin/sh', ['-c', 'setsid sleep 61 >/dev/null 2>&1 & echo $!'], {
	cwd: folder,
	env,
});
const others = [await startAgent('second'), await startAgent('third')];
const started = [first, ...others];
console.log(
	JSON.stringify({
		wrappers: started.map(({ wrapper }) => wrapper),
		agents: started.map(({ agent }) => agent),
		sleep: Number(detached.stdout),
	}),
);
