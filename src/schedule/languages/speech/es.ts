import type { Speech } from '../../speech.ts'

export const esSpeech: Speech = {}
