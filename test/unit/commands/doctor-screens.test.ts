import { describe, expect, it } from 'vitest';
import { note, ok, problem } from '../../../src/commands/doctor/finding.ts';
import { doctorLines } from '../../../src/commands/doctor/lines.ts';
import type { Ailment } from '../../../src/commands/doctor/run.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const fix = { question: null, act: () => '' };
const FOUND = [
	ok('node', '22.22.0 (/usr/bin/node)'),
	ok('terminal', '80 x 24, xterm-256color, colours, UTF-8, Alt+Enter or Ctrl+J for a new line, in tmux'),
	ok('claude', '2.1.332 (/home/dev/.npm/bin/claude), logged in by ANTHROPIC_API_KEY'),
	note('codex', '0.190.0 (/home/dev/.npm/bin/codex), login unknown, newer than 0.171.0, the newest tested'),
	problem('gemini', '0.61.0 (/home/dev/.npm/bin/gemini), not logged in', 'Log in: gemini'),
	problem(
		'folders',
		'/home/dev/.local/state/agent-relay has mode 755: others can look there',
		'Make it private: chmod 700 /home/dev/.local/state/agent-relay',
		fix,
	),
	ok('sessions', '12 sessions in /home/dev/shop/.agent-relay, 31 in 4 other repos'),
	problem(
		'sessions',
		'01KAQ5V0J9YQ3A6Z3W4M6N8P2R in /home/dev/blog is damaged',
		'See what is left: agent-relay -C /home/dev/blog show 01KAQ5V0J9YQ3A6Z3W4M6N8P2R',
	),
	note(
		'sizes',
		'sessions 12 MB, snapshots 80 MB, sessions of 4 other repos 44 MB; 60 MB of it is old',
		'See what can go: agent-relay prune',
	),
];

describe('the screens of doctor', () => {
	it.each([
		[100, 30],
		[80, 24],
		[40, 15],
	])('at %i columns and %i rows', async (columns, rows) => {
		const look = { theme: createTheme(false), columns: columns - 1 };
		const mended = { isFixed: true, text: 'it has mode 700 now' };
		const screens = [false, true].map((isFix) => {
			const ailments: Ailment[] = FOUND.map((one) => ({
				...one,
				end: isFix && one.fix !== null ? mended : null,
			}));
			return doctorLines(ailments, look);
		});
		for (const row of screens.flat()) expect(columnsOf(row), row).toBeLessThan(columns);
		const shown = screens.map((lines) => `${lines.join('\n')}\n`).join(`${'='.repeat(columns)}\n`);
		await expect(shown).toMatchFileSnapshot(`screens/doctor-${columns}x${rows}.txt`);
	});
});
