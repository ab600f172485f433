// What packets are made of, each part with what stands in its place when it is left out (`--without NAME`).
// `replace` is given the real module and answers with the exports that change; a name that the module does not export is an
// error, so that a bench never compares a packet with itself.

const mapped = (real, name, change) => ({ [name]: (...given) => change(real[name](...given)) });

export const INGREDIENTS = {
	statements: {
		module: 'handoff/talk/statement-pieces.js',
		exports: ['statementPieces'],
		replace: () => ({ statementPieces: () => [] }),
	},
	'task words': {
		module: 'handoff/talk/sentence-features.js',
		exports: ['wordsOf'],
		replace: () => ({ wordsOf: () => new Set() }),
	},
	'rare words': {
		module: 'handoff/talk/sentence-features.js',
		exports: ['featuresOf'],
		replace: (real) => mapped(real, 'featuresOf', (features) => ({ ...features, words: [] })),
	},
	names: {
		module: 'handoff/talk/sentence-features.js',
		exports: ['featuresOf'],
		replace: (real) => mapped(real, 'featuresOf', (features) => ({ ...features, specificity: 0 })),
	},
	place: {
		module: 'handoff/talk/read-statements.js',
		exports: ['readStatements'],
		replace: (real) =>
			mapped(real, 'readStatements', (said) =>
				said.map((entry) => ({
					...entry,
					isLastWords: false,
					isShortAnswer: false,
					standsOut: false,
					isLastParagraph: false,
				})),
			),
	},
	plan: {
		module: 'handoff/talk/plan-pieces.js',
		exports: ['planPieces'],
		replace: () => ({ planPieces: () => [] }),
	},
	files: {
		module: 'handoff/files/file-pieces.js',
		exports: ['filePieces'],
		replace: () => ({ filePieces: () => [] }),
	},
	commands: {
		module: 'handoff/commands/command-pieces.js',
		exports: ['commandPieces'],
		replace: () => ({ commandPieces: () => [] }),
	},
};
