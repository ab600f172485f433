import { safeLine } from '../../core/text.ts';
import { allow } from '../../sessions/transitions.ts';
import type { Transcript } from '../../view/transcript.ts';
import type { LineEditor } from '../editor/line-editor.ts';
import type { ShellOptions } from '../shell-options.ts';
import { QuestionDesk } from './question-desk.ts';

const PATH_CHARS = 200;

interface ShellParts {
	shell: ShellOptions;
	transcript: Transcript;
	editor: Pick<LineEditor, 'borrow' | 'giveBack'>;
	stopTurn(): void;
	showError(error: unknown): void;
}

/** The desk of a shell on a terminal: what it shows, asks and sends goes to the shell's own screen and conversation. */
export function deskOfShell({ shell, transcript, editor, stopTurn, showError }: ShellParts): QuestionDesk {
	const { relay, clock, theme } = shell;
	return new QuestionDesk({
		clock,
		theme,
		show: (event) => transcript.event(event),
		print: (lines) => transcript.lines(lines),
		answer: (id, answer) => relay.answer(id, answer, 'user') === 'taken',
		allowInSession: (rules) => relay.change(allow, { rules }),
		allowAlways: (commands) => {
			for (const command of commands) relay.setAllowed(command, 'repo', true);
			return safeLine(shell.context.paths.userConfig, PATH_CHARS);
		},
		borrowLine: (text) => editor.borrow(text),
		restoreLine: () => editor.giveBack(),
		stopTurn,
		showError,
	});
}
