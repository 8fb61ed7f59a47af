import type { Speech } from '../../speech.ts'

export const deSpeech: Speech = {}
