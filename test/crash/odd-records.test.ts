/** Links and pipes in place of each record that a hostile repo can bring. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent } from '../helpers/fake-agents.ts';
import { expectNothingThroughLink, expectNoWaitForPipe } from '../helpers/hostile/one-odd-record.ts';

const SECRET = 'zebra-quartz-7719';

let cli: CliHome;
let outside: string;
beforeEach(() => {
	cli = new CliHome();
	outside = join(cli.base, 'outside');
	mkdirSync(outside);
	writeFileSync(join(outside, '001-output.md'), SECRET);
	installFakeAgent(cli.bin, 'claude', { turns: [claudeAnswers('done')] });
});
afterEach(() => cli.remove());

// An agent that is not logged in is never chosen.
const relay = (...args: string[]) =>
	cli.run(args, { env: { CLAUDE_CODE_OAUTH_TOKEN: 'mock', PATH: cli.bin } });

/** The folder of a session of claude. */
async function recorded(): Promise<string> {
	const run = await relay('run', '-a', 'claude', 'hello');
	expect(run.exitCode, run.stderr).toBe(0);
	const sessions = join(cli.repo, '.agent-relay/sessions');
	return join(sessions, readdirSync(sessions)[0] ?? '');
}

describe('records that a hostile repo brings', () => {
	it.each([
		['turns', () => outside],
		['resume', () => outside],
		['turns/001-events.jsonl', () => join(outside, '001-output.md')],
		['turns/001-prompt.md', () => join(outside, '001-output.md')],
		['turns/001-output.md', () => join(outside, '001-output.md')],
		['turns/001-state.json', () => join(outside, '001-output.md')],
		['meta.json', () => join(outside, '001-output.md')],
	])('are not read through a linked %s', async (name, target) => {
		const path = join(await recorded(), name);
		await expectNothingThroughLink(relay, { path, target: target(), secret: SECRET });
		expect(readFileSync(join(outside, '001-output.md'), 'utf8')).toBe(SECRET);
	});

	it.each([
		'.agent-relay/config.toml',
		'SESSION/meta.json',
		'SESSION/lock',
		'SESSION/notes.jsonl',
		'SESSION/turns/001-state.json',
		'SESSION/turns/001-events.jsonl',
		'SESSION/turns/001-output.md',
		'SESSION/turns/001-prompt.md',
		'SESSION/turns/001-raw.jsonl',
	])('are not waited for where %s is a pipe', async (name) => {
		const folder = await recorded();
		const path = join(cli.repo, name).replace(join(cli.repo, 'SESSION'), folder);
		await expectNoWaitForPipe(relay, path);
	});
});
