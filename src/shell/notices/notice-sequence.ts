/** Sequences by which a terminal notifies a user who does not look at it. */
import { safeLine } from '../../core/text.ts';

export type NoticeKind = 'auto' | 'osc9' | 'osc777' | 'bell' | 'off';

/** What terminals say of themselves. */
export interface TerminalVariables {
	TERM?: string | undefined;
	TERM_PROGRAM?: string | undefined;
	VTE_VERSION?: string | undefined;
	TMUX?: string | undefined;
}

const BELL = '\x07';
const OSC_9 = new Set(['iTerm.app', 'WezTerm', 'ghostty']);

/**
 * The bytes to write; none with `off`. Within tmux, which keeps such sequences to itself, they are wrapped for the terminal around it
 * (it needs `allow-passthrough on`), and `auto` is the bell, which tmux passes on by itself.
 */
export function noticeSequence(kind: NoticeKind, text: string, env: TerminalVariables): string {
	const isInTmux = (env.TMUX ?? '') !== '';
	const words = safeLine(text, 200);
	switch (kind === 'auto' ? kindOf(env, isInTmux) : kind) {
		case 'osc9':
			return passed(`\x1b]9;${words}${BELL}`, isInTmux);
		case 'osc777':
			return passed(`\x1b]777;notify;agent-relay;${words.replaceAll(';', ',')}${BELL}`, isInTmux);
		case 'bell':
			return BELL;
		case 'off':
			return '';
	}
}

function kindOf({ TERM = '', TERM_PROGRAM = '', VTE_VERSION }: TerminalVariables, isInTmux: boolean) {
	if (isInTmux) return 'bell';
	if (OSC_9.has(TERM_PROGRAM) || TERM === 'xterm-kitty') return 'osc9';
	if (VTE_VERSION !== undefined || TERM.startsWith('foot') || TERM.startsWith('rxvt')) return 'osc777';
	return 'bell';
}

const passed = (sequence: string, isInTmux: boolean) =>
	isInTmux ? `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\` : sequence;
