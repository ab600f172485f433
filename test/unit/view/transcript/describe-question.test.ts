import { describe, expect, it } from 'vitest';
import type { Wanted } from '../../../../src/agents/asking/question.ts';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { describeQuestion } from '../../../../src/view/transcript/describe-question.ts';

function shown(wants: Omit<Wanted, 'folder' | 'reason'>, detail: string, columns?: number): string[] {
	const question = {
		...{ id: 'abcdef12', kind: 'permission' as const, title: 'run a command', detail, options: [] },
		wants: { ...wants, folder: '/repo', reason: null },
	};
	return describeQuestion(
		{ type: 'question_asked', turn: 1, agent: 'claude', question, deniedInMs: 1000 },
		{ theme: PLAIN_THEME, worktree: '/repo', columns },
	);
}

describe('a question', () => {
	it('shows all of a command, hanging behind its sign', () => {
		const command = 'npm publish --dry-run --tag next &&\ngit push';
		expect(shown({ action: 'run', what: command }, command, 30)).toEqual([
			'? claude asks to run a command',
			'  $ npm publish --dry-run',
			'    --tag next &&',
			'    git push',
			'  in /repo',
		]);
	});

	it('names the file of an edit and how much changes, and shows its lines', () => {
		const what = '/repo/src/a.js';
		expect(shown({ action: 'edit', what }, `${what}\n-old\n+new\n+more`)).toEqual([
			'? claude asks to edit src/a.js +2 -1',
			'  - old',
			'  + new',
			'  + more',
		]);
		expect(shown({ action: 'edit', what: '/data/a.js' }, '/data/a.js\n+new')[0]).toBe(
			'? claude asks to edit /data/a.js +1, outside this repo',
		);
	});

	it('shows all of a patch but its frame', () => {
		const patch = [
			'*** Begin Patch',
			'*** Update File: a.js',
			'@@',
			' same',
			'-old',
			'+new',
			'*** Delete File: b.js',
			'*** End Patch',
		].join('\n');
		expect(shown({ action: 'edit', what: 'a.js\nb.js' }, patch)).toEqual([
			'? claude asks to edit 2 files +1 -1',
			'  Update File: a.js',
			'  ⋮',
			'    same',
			'  - old',
			'  + new',
			'  Delete File: b.js',
		]);
	});
});
