import { afterEach, beforeEach, describe, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { expectOddState } from '../helpers/odd-state-folders.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

describe('a link to itself or a file in place of a folder of the state home', () => {
	it.each(['witness', 'conversations', 'kept', 'repos', 'running', 'private'])(
		'stops neither work nor prune: %s',
		(name) => expectOddState(cli, name),
	);
});
