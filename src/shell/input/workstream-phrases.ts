/** Sentences that mean a command of workstreams, typed as a whole line. They are offered, and never taken without a yes. Pure. */

const NAME = '([a-z0-9][a-z0-9-]{0,63})';

const PHRASES: ReadonlyArray<readonly [RegExp, (words: string) => string]> = [
	[
		new RegExp(`^(?:new|start|create) (?:a )?workstream (?:called |named )?${NAME}$`),
		(name) => `/ws new ${name}`,
	],
	[new RegExp(`^(?:switch to|resume) (?:the )?workstream ${NAME}$`), (name) => `/ws switch ${name}`],
	[/^save (?:the )?(?:state|workstream|session)$/, () => '/ws save'],
	[/^(?:park this|(?:park|pause) (?:the |this )?workstream)$/, () => '/ws park'],
	[/^(?:list|show) (?:the |my )?workstreams$/, () => '/ws list'],
	[/^(?:(?:relay|workstream) status|what am i working on)$/, () => '/ws'],
	[/^(?:add (?:an )?idea|jot down|remember this idea):? (\S.*)$/, (text) => `/ws idea ${text}`],
	[/^(?:summarize (?:my )?activity|what did i work on|standup summary|brag book)$/, () => '/ws summarize'],
	[/^(?:backfill hints|generate summaries|backfill sessions)$/, () => '/ws backfill'],
];

/** Words that also begin ordinary tasks: only where they name a workstream that there is. */
const WITH_KNOWN_NAME = new RegExp(`^(?:switch to|work on|resume) ${NAME}$`);

/** The command that a line means; null: it is a prompt. `known`: the names that there are; null: any. */
export function commandOfPhrase(line: string, known: readonly string[] | null): string | null {
	if (line.length > MAX_CHARS || line.includes('\n')) return null;
	const typed = line.trim().replace(/[.!?]+$/, '');
	const lower = typed.toLowerCase();
	for (const [pattern, command] of PHRASES) {
		const found = pattern.exec(lower);
		if (found === null) continue;
		// The user's own spelling of what follows the phrase.
		return command(found[1] === undefined ? '' : typed.slice(typed.length - found[1].length));
	}
	const named = WITH_KNOWN_NAME.exec(lower)?.[1];
	return named !== undefined && (known?.includes(named) ?? true) ? `/ws switch ${named}` : null;
}

/** A longer line is a task. */
const MAX_CHARS = 300;
