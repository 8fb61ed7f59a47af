import type { Speech } from '../../speech.ts'

export const jaSpeech: Speech = {}
