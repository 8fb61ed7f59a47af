import type { Speech } from '../../speech.ts'

export const frSpeech: Speech = {}
