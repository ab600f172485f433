import type { Conversation } from '../../relay/conversation-contract.ts';
import type { Theme } from '../../ui/theme.ts';
import type { LineEditor } from '../editor/line-editor.ts';

interface SecretParts {
	relay: Pick<Conversation, 'answerTerminal'>;
	editor: Pick<LineEditor, 'text' | 'giveBack'>;
	theme: Theme;
	print(lines: readonly string[]): void;
}

/** The hidden line that answers the agent's terminal. */
export class SecretAnswer {
	readonly #parts: SecretParts;

	constructor(parts: SecretParts) {
		this.#parts = parts;
	}

	/** null: the question is refused. */
	send(line: string | null): void {
		const { relay, editor, theme, print } = this.#parts;
		editor.giveBack();
		if (!relay.answerTerminal(line))
			print([theme.dim('The question has gone; what you typed was discarded.')]);
	}

	/** When the question goes away while its answer is typed, the rest must not become a prompt: it stays hidden until Enter. */
	questionGone(): void {
		if (this.#parts.editor.text === '') this.#parts.editor.giveBack();
	}
}
