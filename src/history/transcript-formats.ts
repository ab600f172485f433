/** Every CLI whose transcripts are read: adding one takes a module in `readers/` and a line here. */
import { claudeTranscripts } from './readers/claude.ts';
import { codexTranscripts } from './readers/codex.ts';
import { copilotTranscripts } from './readers/copilot.ts';
import { geminiTranscripts } from './readers/gemini.ts';
import { opencodeTranscripts } from './readers/opencode.ts';
import type { LinesFormat, TranscriptFormat, WholeFormat } from './transcript-items.ts';

export const TRANSCRIPT_FORMATS: readonly TranscriptFormat[] = [
	claudeTranscripts,
	codexTranscripts,
	copilotTranscripts,
	geminiTranscripts,
	opencodeTranscripts,
];

export const LINES_FORMATS = TRANSCRIPT_FORMATS.filter(
	(format): format is LinesFormat => format.in === 'lines',
);
export const WHOLE_FORMATS = TRANSCRIPT_FORMATS.filter(
	(format): format is WholeFormat => format.in === 'whole',
);
