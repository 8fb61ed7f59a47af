import { test } from 'vitest'
import { conversation } from './conversation.ts'

test('a post goes out only after somebody else approves it, and the channel gets the link', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship on Friday
    bot: #1 is in review
    bot: > We ship on Friday
    bot: Rehearsal: 17 of 63000 characters
    bot: When: Sat 21 Nov 2026, 09:00
    bot: By: Ada
    card: #1 is in review

    Ada: approve 1
    bot: Deciding needs the role of approver; you are an author

    Grace: approve 1
    bot: #1 is approved and goes out Sat 21 Nov 2026, 09:00
    card: #1 is scheduled
    feed: nothing

    time: 2026-11-21T07:59:59Z
    feed: nothing
    time: 2026-11-21T08:00:00Z
    feed: We ship on Friday
    card: #1 is published
    results: is live

    Grace: approve 1
    bot: #1 was already decided by Grace; it is published
  `))

test('nobody approves their own post', () =>
  conversation(`
    Grace: schedule tomorrow 9am to rehearsal: Mine
    Grace: approve 1
    bot: You cannot approve your own post
    Grace: settings self-approval on
    bot: self-approval is on
    Grace: approve 1
    bot: is approved
  `))

test('an edit voids the decision and shows what changed', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: We ship on Friday
    Grace: approve 1
    bot: is approved
    Ada: edit 1: We ship on Monday
    bot: #1 is in review
    bot: [-Friday-]{+Monday+}
    time: 2026-11-21T08:00:00Z
    feed: nothing
    card: Earlier decisions no longer count
  `))

test('a press on a card that is no longer true is refused with what has changed', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: First
    Ada: edit 1: Second
    Grace: approve 1 @0000
    bot: #1 has changed since: this card shows @0000
    Grace presses Show the post
    bot: > Second
    Grace presses Approve
    bot: is approved
  `))

test('a press on a card that is out of date says so, and shows the post as it is now', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: First
    Grace: show 1
    Grace: approve 1
    Grace: show 1
    Grace presses Reschedule
    bot: [form reschedule]
    Grace: show 1
    time: 2026-11-21T08:00:00Z
    Grace presses Cancel
    bot: This post can no longer be cancelled; #1 is published.
    bot: #1 is published
    bot: 1.1 @rehearsal on Rehearsal is live
    not: tells what happened
    not: Show the post
    Ada: draft to rehearsal: Second
    Ada: show 2
    Grace: cancel 2
    Ada: edit 2
    bot: This post can no longer be edited; #2 is cancelled. \`show 2\` tells what happened.
    bot: [Show the post] show 2
  `))

test('two who press at once: one decides, the other reads who was faster', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: Once
    Grace: roles Ada admin
    Grace: reject 1: Not our tone
    bot: is rejected
    Ada: approve 1
    bot: #1 was already decided by Grace; it is cancelled
  `))

test('a request for changes needs words, and the author gets them', () =>
  conversation(`
    Ada: schedule tomorrow 9am to rehearsal: Vague
    Grace: request-changes 1
    bot: [form request-changes] Changes to #1
    Grace: request-changes 1: Name the date
    bot: went back to its author
    card: Name the date
    Ada: show 1
    bot: #1 is a draft
    Ada: submit 1
    bot: is in review
  `))

test('two approvals are two', () =>
  conversation(`
    Grace: settings approvals 2
    Grace: roles Ada approver
    Ada: schedule tomorrow 9am to rehearsal: Weighty
    Grace: approve 1
    bot: has your approval; 1 more needed
    Grace: approve 1
    bot: You have already decided on #1
    Ada: approve 1
    bot: You cannot approve your own post
  `))

test('without approvals a post is scheduled at once', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: schedule in 2 hours to rehearsal: Straight out
    bot: #1 is scheduled
    time: 2026-11-20T10:00:01Z
    feed: Straight out
  `))

test('what comes too late is asked about, not published', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: schedule in 2 hours to rehearsal: Good morning
    time: 2026-11-20T11:00:00Z
    feed: nothing
    card: was found 60 minutes after its time
    Ada: show 1
    bot: was found too late
    Ada presses 1.1: publish now
    time: 1000
    feed: Good morning
  `))

test('pause holds everything back, and resume says what', () =>
  conversation(`
    Grace: settings approvals 0
    Ada: schedule in 10 minutes to rehearsal: Held
    Grace: pause
    bot: Grace has paused everything
    time: 2026-11-20T08:15:00Z
    feed: nothing
    Grace: resume
    bot: 1 post was held back
    time: 1000
    feed: Held
  `))
