import type { Speech } from '../../speech.ts'

export const trSpeech: Speech = {}
