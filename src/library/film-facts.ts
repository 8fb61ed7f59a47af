import type { Content } from './media.ts'

/** What a film or a sound says of itself. */
export interface FilmFacts {
  /** As it is shown: turned by its own rotation. Null for a sound. */
  width: number | null
  height: number | null
  /** Milliseconds. */
  duration: number | null
  /** By their names in the file: `avc`, `hevc`, `aac`; null where the file's own name is unknown. */
  videoCodec: string | null
  audioCodec: string | null
}

/** Of a file no more is read than tells it. @throws Error where the bytes can't be read as a film or a sound */
export async function filmFacts(content: Content): Promise<FilmFacts> {
  // mediabunny: reads MP4, QuickTime, WebM, Ogg, MP3 and WAV in JavaScript alone, where others need ffmpeg installed.
  const { ALL_FORMATS, BufferSource, FilePathSource, Input } = await import('mediabunny')
  const source = content instanceof Uint8Array ? new BufferSource(content) : new FilePathSource(content.path)
  const input = new Input({ source, formats: ALL_FORMATS })
  try {
    const video = await input.getPrimaryVideoTrack()
    const audio = await input.getPrimaryAudioTrack()
    if (!video && !audio) throw new Error('It has neither pictures nor sound')
    const seconds = await input.computeDuration()
    return {
      width: video ? await video.getDisplayWidth() : null,
      height: video ? await video.getDisplayHeight() : null,
      duration: Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000) : null,
      videoCodec: video ? await video.getCodec() : null,
      audioCodec: audio ? await audio.getCodec() : null,
    }
  } finally {
    input.dispose()
  }
}
