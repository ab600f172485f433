import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import type { AllowedCommand } from '../../config/allowed-commands.ts';
import type { RelayConfig } from '../../config/schema.ts';

/** What the user wants, whatever is set already. */
export interface Wishes {
	/** First choice first; null: as it is. */
	order: readonly string[] | null;
	preset: PermissionPreset | null;
	/** How the terminal tells; null: as it is. */
	notices: NoticeWay | null;
	/** Commands to run without asking in `repo`. */
	allow: readonly string[];
	/** The script of the shell in use; null: none is wanted, or there is none. */
	completion: FileToWrite | null;
}

type NoticeWay = RelayConfig['notify']['terminal'];

export interface FileToWrite {
	path: string;
	text: string;
	/** What is still to be done by hand, a line for a file of the user's; null: nothing. */
	byHand: string | null;
}

export interface Standing {
	order: readonly string[];
	preset: PermissionPreset;
	notices: NoticeWay;
	/** Allowed in this repo, by whatever file. */
	allowed: readonly string[];
	/** What the path of the completion holds now; null: nothing. */
	completionText: string | null;
	/** The worktree; null: outside git, where what is allowed is so everywhere. */
	repo: string | null;
}

/** What is written: only what differs from what stands. */
export interface SetupPlan {
	/** Keys of the configuration with their value as text for `config set`. */
	values: ReadonlyArray<readonly [key: string, text: string]>;
	allow: readonly AllowedCommand[];
	file: FileToWrite | null;
}

export function planSetup(wishes: Wishes, now: Standing): SetupPlan {
	const { order, preset, notices, completion } = wishes;
	const isSameOrder = order === null || order.join(' ') === now.order.join(' ');
	return {
		values: [
			...(isSameOrder ? [] : [['agents.order', order.join(',')] as const]),
			...(preset === null || preset === now.preset ? [] : [['permissions.preset', preset] as const]),
			...(notices === null || notices === now.notices ? [] : [['notify.terminal', notices] as const]),
		],
		allow: wishes.allow
			.filter((command) => !now.allowed.includes(command))
			.map((command) => ({ command, repo: now.repo })),
		file: completion === null || completion.text === now.completionText ? null : completion,
	};
}

export const isNothing = ({ values, allow, file }: SetupPlan) =>
	values.length === 0 && allow.length === 0 && file === null;

/** The order with `first` in front, and behind it who can work now before who cannot; otherwise as it is. */
export function orderFrom(
	order: readonly string[],
	first: string | null,
	ready: ReadonlySet<string>,
): string[] {
	const rank = (entry: string) => {
		const agent = entry.split(':')[0] ?? entry;
		if (agent === first) return 0;
		return ready.has(agent) ? 1 : 2;
	};
	const named =
		order.some((entry) => entry.split(':')[0] === first) || first === null ? order : [first, ...order];
	return [...named].sort((a, b) => rank(a) - rank(b));
}

/** Where the completion of that shell is looked for without another step, as far as there is such a place. */
export function completionPlace(
	shell: string,
	{ home, dataHome, configHome }: { home: string; dataHome: string; configHome: string },
): Omit<FileToWrite, 'text'> | null {
	if (shell === 'bash') return { path: `${dataHome}/bash-completion/completions/agent-relay`, byHand: null };
	if (shell === 'fish') return { path: `${configHome}/fish/completions/agent-relay.fish`, byHand: null };
	if (shell !== 'zsh') return null;
	return {
		path: `${home}/.zfunc/_agent-relay`,
		byHand: 'In ~/.zshrc, before compinit: fpath=(~/.zfunc $fpath)',
	};
}
