import { rulesFor } from '../../agents/asking/allow-rules.ts';
import { safeLine } from '../../core/text.ts';
import { AnswerDesk, type AnswerDeskOptions } from '../../relay/questions/answer-desk.ts';
import { ANSWER_SOCKET, digestOf } from '../../relay/questions/answer-protocol.ts';
import { allow } from '../../sessions/transitions.ts';
import { preparePrivateFolder, privateSocketPath, socketFolders } from '../../turns/process/private-files.ts';
import type { Transcript } from '../../view/transcript.ts';
import type { LineEditor } from '../editor/line-editor.ts';
import type { ShellOptions } from '../shell-options.ts';
import { type Elsewhere, QuestionDesk } from './question-desk.ts';

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
	const desk: QuestionDesk = new QuestionDesk({
		clock,
		theme,
		show: (event) => transcript.event(event),
		print: (lines) => transcript.lines(lines),
		answer: (id, answer, by) => relay.answer(id, answer, by) === 'taken',
		elsewhere: answersElsewhere(shell, (...answer) => desk.decide(...answer)),
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
	return desk;
}

/** A socket of this shell's own, made when an agent first asks. */
function answersElsewhere(
	{ context, relay, clock }: ShellOptions,
	answer: AnswerDeskOptions['answer'],
): Elsewhere {
	let desk: AnswerDesk | null = null;
	const open = () => {
		const { processes, paths, env } = context;
		const path = privateSocketPath(socketFolders(paths.stateHome, env), ANSWER_SOCKET, processes);
		return new AnswerDesk({ path, prepareFolder: preparePrivateFolder, answer });
	};
	return {
		get code() {
			return desk?.code ?? null;
		},
		offer({ agent, turn, question, deniedInMs }) {
			const { id, title, detail, wants } = question;
			const now = clock.now();
			desk ??= open();
			desk.offer({
				id,
				digest: digestOf(question),
				session_id: relay.session()?.id ?? '',
				turn,
				agent,
				title,
				detail,
				folder: wants?.folder ?? null,
				reason: wants?.reason ?? null,
				rule: wants?.action === 'run' ? rulesFor(wants).map(({ what }) => what) : [],
				asked_at: now,
				denied_at: now + deniedInMs,
			});
		},
		withdraw: (id) => desk?.withdraw(id),
		close: () => desk?.close(),
	};
}
