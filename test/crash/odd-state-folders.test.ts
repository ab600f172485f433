import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { expectOddState, expectWorkWithout } from '../helpers/odd-state-folders.ts';

let cli: CliHome;
beforeAll(async () => {
	cli = new CliHome();
	await cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
	cli.scenes.keep('session');
});
beforeEach(() => cli.scenes.set('session'));
afterAll(() => cli.remove());

describe('a link to itself or a file in place of a folder of the state home', () => {
	it.each(['witness', 'conversations', 'kept', 'repos', 'running', 'private'])(
		'stops neither work nor prune: %s',
		(name) => expectOddState(cli, name),
	);
});

describe('a folder or file of the state home that was deleted by hand', () => {
	it.each(['snapshots', 'running', 'telemetry', 'limits.json', 'trust.json'])(
		'stops no work when it is gone: %s',
		async (name) => {
			const [session = ''] = readdirSync(join(cli.repo, '.agent-relay/sessions'));
			await expectWorkWithout(cli, session, name);
		},
	);
});
