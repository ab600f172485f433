/** What the shell needs beside the conversation itself; wired in `app/create-app.ts`, faked in tests. */
export interface ShellServices {
	/** Of the relay, for the first line. */
	version: string;
	/** How this program is called where the shell works. */
	ownName: string;
	/** Where agents work: `@path` completes here, and paths are shown relative to it. */
	worktree: string;
	/** null: no history is kept on disk. */
	historyPath: string | null;
	/** Takes secrets out of what the history file gets. */
	redact: (text: string) => string;
	/** Opens the user's editor on `text` with the terminal as it is, and gives the saved text. RelayError when there is none. */
	openEditor(text: string): Promise<string>;
	/** What a repo's files would enable once trusted; null: trusted already, or nothing to trust. Asked once by the shell. */
	pendingTrust(): Promise<TrustQuestion | null>;
}

interface TrustQuestion {
	/** Files that would be obeyed, relative to the worktree. */
	files: readonly string[];
	accept(): Promise<void>;
	/** Not asked again before the files change. */
	decline(): void;
}
