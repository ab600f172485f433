/** A process that a turn leaves, and that is not the relay's to end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineBench, processes } from '../../helpers/engine-bench.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { until } from '../../helpers/patience.ts';

let bench: EngineBench;
beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

it('is named once, at the end of the turn that started it, and in its record', async () => {
	const server = join(bench.root, 'tmux: server');
	const pidFile = join(bench.root, 'pid');
	// The turn ends once the shell that starts the server has become it.
	const isIt = `[ "$(ps -o args= -p $!)" = "${server} 61" ]`;
	const start = `cp "$(command -v sleep)" "${server}"; setsid "${server}" 61 </dev/null >/dev/null 2>&1 & echo $! > ${pidFile}; until ${isIt}; do sleep 0.02; done`;
	bench.install('claude', { turns: [[{ run: start }, ...claudeAnswers('one')], claudeAnswers('two')] });
	const relay = await bench.relay();
	const said = () => relay.ofType('notice').filter(({ text }) => text.startsWith('left running'));
	const first = await relay.send('start it');
	const pid = Number(readFileSync(pidFile, 'utf8'));
	try {
		expect(said()).toEqual([
			{ type: 'notice', level: 'warning', text: `left running: ${pid} ${server} 61`.slice(0, 134) },
		]);
		expect(first.state?.warnings).toHaveLength(1);
		expect((await relay.send('and more')).state?.warnings).toEqual([]);
		expect(said()).toHaveLength(1);
	} finally {
		process.kill(pid, 'SIGKILL');
		await until(() => processes.identify(pid) === null, 'the server to be gone');
	}
});
