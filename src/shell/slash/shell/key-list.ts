/** Every key of the edit line, as `/help keys` lists them. */
interface KeyGroup {
	title: string;
	keys: ReadonlyArray<readonly [keys: string, does: string]>;
}

export const KEY_GROUPS: readonly KeyGroup[] = [
	{
		title: 'Write',
		keys: [
			['Enter', 'send'],
			['Shift+Enter, Alt+Enter, Ctrl+J', 'new line; so does \\ at the end of a line'],
			['@, Tab', 'a file; the chosen row of a menu'],
			['!COMMAND', 'runs a shell command here; agents hear of it'],
			['//TEXT', 'a prompt that begins with a slash'],
			['Ctrl+O', 'a long paste in full; with none, all that the last command printed'],
			['Ctrl+X Ctrl+E', 'write the prompt in $EDITOR'],
		],
	},
	{
		title: 'Edit',
		keys: [
			['Ctrl+A Ctrl+E, Alt+B Alt+F', 'ends of the line, words'],
			['Ctrl+W Ctrl+U Ctrl+K, Ctrl+Y', 'kill; bring back what was killed or cleared'],
			['Ctrl+T, Ctrl+_', 'swap two characters, undo'],
		],
	},
	{
		title: 'Earlier prompts',
		keys: [
			['Up Down', 'walk through them; on an empty line, the queue first'],
			['Ctrl+R', 'search'],
		],
	},
	{
		title: 'An agent works',
		keys: [
			['Ctrl+C', 'stop the turn, again: kill it; else clear the line, leave'],
			['y s a n t', 'answer a question; Ctrl+Y while something is typed'],
		],
	},
	{
		title: 'The shell',
		keys: [
			['?, Esc', 'show the keys, close a menu'],
			['Ctrl+L, Ctrl+Z', 'clear the screen, suspend'],
			['Ctrl+D', 'leave, on an empty line'],
		],
	},
];
