import type { Speech } from '../../speech.ts'

export const enSpeech: Speech = {}
