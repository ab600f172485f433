/** A name from a CLI's stream or a record, for the relay's own lines: never a sentence. */
export const nameOnly = (name: string) => name.replace(/[^\w.:/+[\]-]/g, '').slice(0, 60);

/** `five_hour window`: as the CLI names it. */
export const windowOnly = (name: string) => `${nameOnly(name).replace(/_window$/, '')} window`;
