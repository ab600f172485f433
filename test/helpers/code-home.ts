import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CliHome, type CliRun } from './cli-home.ts';

export interface CodeHome {
	cli: CliHome;
	/** Of the cache. */
	folder: string;
	/** The file that the first run kept. */
	path: string;
	work(env?: Record<string, string>): Promise<CliRun>;
}

/** A home in which nothing had run (the scene `first`), and then one run, which kept its compiled code (`kept`). */
export async function createCodeHome(): Promise<CodeHome> {
	const cli = new CliHome({ isFirst: true });
	cli.scenes.keep('first');
	const work: CodeHome['work'] = (env = {}) => cli.run(['run', '-q', '-a', 'demo-closer', 'hello'], { env });
	const { exitCode, stderr } = await work();
	expect(exitCode, stderr).toBe(0);
	cli.scenes.keep('kept');
	const folder = join(cli.home, '.cache/agent-relay/code');
	return { cli, folder, path: join(folder, readdirSync(folder)[0] ?? ''), work };
}
