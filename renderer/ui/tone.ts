/** What a thing means for the owner. Never the only sign of it: a word and an icon always go with it. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle' | 'ember'
