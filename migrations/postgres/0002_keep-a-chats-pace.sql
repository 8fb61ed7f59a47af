ALTER TABLE "chats" ADD COLUMN "quiet_until" bigint;--> statement-breakpoint
-- Two processes at once may have left two: the later one says all that the earlier one would.
DELETE FROM outbox WHERE kind = 'card' AND state = 'waiting' AND attempts = 0 AND EXISTS (
  SELECT 1 FROM outbox later WHERE later.lane = outbox.lane AND later.subject = outbox.subject AND later.kind = 'card'
    AND later.state = 'waiting' AND later.attempts = 0 AND later.sequence > outbox.sequence);--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_waiting_cards" ON "outbox" USING btree ("lane","subject") WHERE "outbox"."kind" = 'card' and "outbox"."state" = 'waiting' and "outbox"."attempts" = 0;