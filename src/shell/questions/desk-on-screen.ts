import type { CommandContext } from '../../commands/context.ts';
import type { Asked } from '../../commands/live.ts';
import type { Clock } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import { AnswerDesk, type AnswerDeskOptions } from '../../relay/questions/answer-desk.ts';
import { ANSWER_SOCKET, digestOf } from '../../relay/questions/answer-protocol.ts';
import { allow } from '../../sessions/transitions.ts';
import { preparePrivateFolder, privateSocketPath, socketFolders } from '../../turns/process/private-files.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Transcript } from '../../view/transcript.ts';
import type { LineEditor } from '../editor/line-editor.ts';
import { alwaysRules } from './give-rules.ts';
import { type Elsewhere, QuestionDesk } from './question-desk.ts';

const PATH_CHARS = 200;

/** Whose questions are answered, and where. */
export interface AskedHere {
	/** Who asks now. */
	asked(): Asked;
	context: Pick<CommandContext, 'paths' | 'processes' | 'env'>;
	clock: Clock;
	theme: Theme;
}

interface ScreenParts {
	transcript: Pick<Transcript, 'event' | 'lines'>;
	editor: Pick<LineEditor, 'borrow' | 'giveBack'>;
	stopTurn(): void;
	showError(error: unknown): void;
}

/** The desk of a conversation on a terminal: what it shows and asks is on that screen. */
export function deskOnScreen(
	here: AskedHere,
	{ transcript, editor, stopTurn, showError }: ScreenParts,
): QuestionDesk {
	const { clock, theme, context } = here;
	const desk: QuestionDesk = new QuestionDesk({
		clock,
		theme,
		show: (event) => transcript.event(event),
		print: (lines) => transcript.lines(lines),
		answer: (id, answer, by) => here.asked().answer(id, answer, by) === 'taken',
		elsewhere: answersElsewhere(here, (...answer) => desk.decide(...answer)),
		allowInSession: (rules) => here.asked().change(allow, { rules }),
		allowAlways: (rules) => {
			for (const rule of rules) here.asked().setAllowed(rule, 'repo', true);
			return safeLine(context.paths.userConfig, PATH_CHARS);
		},
		borrowLine: (text) => editor.borrow(text),
		restoreLine: () => editor.giveBack(),
		stopTurn,
		showError,
	});
	return desk;
}

/** A socket of this conversation's own, made when an agent first asks. */
function answersElsewhere(
	{ context, asked, clock }: AskedHere,
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
				session_id: asked().session()?.id ?? '',
				turn,
				agent,
				title,
				detail,
				folder: wants?.folder ?? null,
				reason: wants?.reason ?? null,
				rule: alwaysRules(question).map(({ what }) => what),
				asked_at: now,
				denied_at: now + deniedInMs,
			});
		},
		withdraw: (id) => desk?.withdraw(id),
		close: () => desk?.close(),
	};
}
