import type { AgentEvent, FileEdit } from '../../agents/events.ts';
import { lacksLines } from '../../relay/turn/unshown-edits.ts';

/** Edits of one turn whose CLI does not report where in the file they are: their lines wait for the snapshot after the turn. */
export class UnplacedEdits {
	readonly #held: FileEdit[] = [];

	/** The event without the lines whose place is not known. */
	hold(event: AgentEvent): AgentEvent {
		if (event.type !== 'tool_result' || event.ok !== true || event.edits === undefined) return event;
		const edits = event.edits.map((edit) => {
			if (edit.hunks.length === 0 || !lacksLines(edit)) return edit;
			this.#held.push(edit);
			return { ...edit, added: null, removed: null, hunks: [] };
		});
		return { ...event, edits };
	}

	/** `found`: what changed in the turn, by its snapshots. What they do not have is as the CLI reported it. */
	whole(found: readonly FileEdit[]): FileEdit[] {
		const hasLines = found.filter(({ hunks }) => hunks.length > 0);
		const missing = this.#held.filter((edit) => !hasLines.some((one) => isSameFile(edit, one)));
		const others = found.filter((one) => !missing.some((edit) => isSameFile(edit, one)));
		return [...others, ...missing];
	}
}

/** `reported`: its path as the agent named it, absolute or from the folder in which it works. */
function isSameFile(reported: FileEdit, { path, movedTo = path }: FileEdit): boolean {
	return (
		reported.path === movedTo ||
		reported.path.endsWith(`/${movedTo}`) ||
		movedTo.endsWith(`/${reported.path}`)
	);
}
