import type { Speech } from '../../speech.ts'

export const ptSpeech: Speech = {}
