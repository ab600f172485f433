import { describe, expect, it } from 'vitest';
import { describeTrees } from '../../../src/core/processes/process-tree.ts';

const one = (pid: number, command: string) => ({ pid, start: `s${pid}`, command });

describe('processes in words', () => {
	it('are one entry for a shell and all that runs below it', () => {
		const entries = [
			{ pid: 10, parent: 1 },
			{ pid: 11, parent: 10 },
			{ pid: 12, parent: 11 },
			{ pid: 20, parent: 1 },
		];
		const processes = [one(11, 'make'), one(10, 'bash -c make'), one(20, 'sleep 9'), one(12, 'cc')];
		expect(describeTrees(processes, entries)).toEqual([
			'10 bash -c make (with 11 make, 12 cc)',
			'20 sleep 9',
		]);
	});

	it('are separate if their parent is another process, or gone', () => {
		const entries = [{ pid: 12, parent: 11 }];
		expect(describeTrees([one(12, 'cc'), one(13, 'ld')], entries)).toEqual(['12 cc', '13 ld']);
		expect(describeTrees([], entries)).toEqual([]);
	});
});
