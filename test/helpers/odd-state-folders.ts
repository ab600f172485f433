import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import type { CliHome } from './cli-home.ts';

/** Work and `prune` end well where a link to itself, and then a file, stands in place of that folder of the state home. */
export async function expectOddState(cli: CliHome, name: string): Promise<void> {
	const path = join(cli.home, '.local/state/agent-relay', name);
	const work = () => cli.run(['run', '--agent', 'demo-closer', 'Say what you are.']);
	for (const put of [() => symlinkSync(name, path), () => writeFileSync(path, '')]) {
		expect(await work()).toMatchObject({ exitCode: EXIT.done });
		rmSync(path, { recursive: true, force: true });
		put();
		expect(await work()).toMatchObject({ exitCode: EXIT.done });
		expect(await cli.run(['prune', '--apply'])).toMatchObject({ exitCode: EXIT.done });
		rmSync(path);
	}
}
