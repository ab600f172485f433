import { openSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportError } from '../../../src/cli/report-error.ts';
import { RelayError } from '../../../src/core/errors.ts';
import { EXIT } from '../../../src/relay/exit-codes.ts';

function reported(error: unknown): { text: string; exitCode: number } {
	let text = '';
	const exitCode = reportError(error, (more) => {
		text += more;
	});
	return { text, exitCode };
}

const systemError = (code: string, syscall: string, path?: string) =>
	Object.assign(new Error(`${code}: …, ${syscall}`), { code, syscall, ...(path && { path }) });

describe('an error that nothing else caught', () => {
	it.each([
		[
			systemError('EMFILE', 'open', '/repo/x'),
			/^agent-relay: too many open files .*\(open \/repo\/x\)\n.*ulimit -n/,
		],
		[systemError('ENOSPC', 'write'), /^agent-relay: no space left\n {2}Free some/],
		[systemError('EROFS', 'mkdir', '/repo/\x1b[2Jx'), /^agent-relay: the disk is read-only/],
		[
			systemError('ENOENT', 'uv_cwd'),
			/^agent-relay: the folder this was started in no longer exists\n {2}Change to/,
		],
	])('of the machine is a line with what to do: %s', (error, line) => {
		const { text, exitCode } = reported(error);
		expect(text).toMatch(line);
		expect(text).not.toContain('this is a bug');
		expect(text).not.toContain('\x1b');
		expect(exitCode).toBe(EXIT.failed);
	});

	it('that the machine caused has its hint, where it has none of its own', () => {
		const cause = systemError('EMFILE', 'spawn');
		const { text, exitCode } = reported(new RelayError('not_started', 'cannot start claude', { cause }));
		expect(exitCode).toBe(EXIT.failed);
		expect(text).toBe(
			'agent-relay: cannot start claude\n  too many open files for this shell. Raise the limit: ulimit -n 1024\n',
		);
	});

	it('of ours is told as a bug, with its stack', () => {
		expect(reported(new TypeError('x is not a function')).text).toMatch(/this is a bug.*TypeError: x.*at /s);
		const missing = () => readFileSync(openSync('/nowhere/at/all', 'r'));
		let thrown: unknown;
		try {
			missing();
		} catch (error) {
			thrown = error;
		}
		expect(reported(thrown).text).toContain('this is a bug');
	});
});
