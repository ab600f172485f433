import { safeLine } from '../../core/text.ts';
import type { Look } from '../look.ts';
import type { RaceEnd } from './follow-race.ts';
import { raceShowLines } from './show/lines.ts';

/** The page, apart from what was shown on the way. */
export const raceLines = ({ page }: RaceEnd, look: Look): string[] => ['', ...raceShowLines(page, look)];

export const verdictLines = ({ page }: RaceEnd): string[] => [safeLine(page.record.verdict ?? '', 1000)];
