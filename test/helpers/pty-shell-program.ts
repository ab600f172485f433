/** The shell over a fake relay, as a program of its own for tests under a PTY. What the relay was asked goes to `FAKE_LOG`. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { replaceGoneTerminals, terminalFds } from '../../src/core/processes/gone-terminal.ts';
import { createProcessSignals } from '../../src/core/processes/own-signals.ts';
import { runShell } from '../../src/shell/run-shell.ts';
import { wantsColor } from '../../src/ui/plain-theme.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { fakeCommandContext } from './fake-command-context.ts';
import { createFakeRelay, FAKE_AGENTS, fakeAgent } from './fake-relay.ts';

const {
	FAKE_REPAIRED,
	FAKE_TRUST,
	FAKE_LOG,
	FAKE_HISTORY,
	FAKE_NO_AGENT,
	FAKE_ACTIVE,
	FAKE_WORKTREE,
	FAKE_FILES,
} = process.env;
const terminals = terminalFds();
process.on('exit', () => replaceGoneTerminals(terminals));

process.on('SIGUSR2', () => {
	throw new Error('a bug of ours');
});

const relay = createFakeRelay({
	clock: systemClock,
	...(FAKE_NO_AGENT
		? {
				agents: FAKE_AGENTS.map((agent) =>
					fakeAgent({
						...agent,
						executable: agent.isDemo ? agent.executable : null,
						isActive: agent.agent === (FAKE_ACTIVE ?? 'claude'),
					}),
				),
			}
		: {}),
	...(FAKE_REPAIRED ? { repaired: [FAKE_REPAIRED] } : {}),
	isThere: (name) => existsSync(join(process.env.HOME ?? '', name)),
	onCall: (call) => {
		if (FAKE_LOG) appendFileSync(FAKE_LOG, `${JSON.stringify(call)}\n`);
	},
});

void runShell({
	relay,
	context: fakeCommandContext({ relay, clock: systemClock }),
	version: '0.1.0',
	worktree: FAKE_WORKTREE ?? '/repo',
	historyPath: () => FAKE_HISTORY ?? null,
	redact: (text) => text,
	listFiles: async () => (FAKE_FILES ?? '').split('\n').filter((name) => name !== ''),
	openEditor: async (text) => `${text} from the editor`,
	pendingTrust: async () =>
		FAKE_TRUST
			? {
					files: ['.claude/settings.json'],
					accept: async () => relay.note('trusted'),
					decline: () => undefined,
				}
			: null,
	input: process.stdin,
	output: process.stdout,
	errorOutput: process.stderr,
	signals: createProcessSignals(process, { outlivesTerminal: false }),
	clock: systemClock,
	theme: createTheme(wantsColor(process.env, process.stdout.isTTY === true)),
}).then((exitCode) => process.exit(exitCode));
