import { SECOND } from '../../kit/clock.ts'
import { finishPosts } from '../finish.ts'
import { defineJob } from '../job.ts'

/** Looks for posts and questions that a process left unfinished when it died. */
export default defineJob({
  name: 'finish-posts',
  every: 15 * SECOND,

  async run({ bench, stopping }) {
    await finishPosts(bench, stopping)
  },
})
