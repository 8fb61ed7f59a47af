// prom-client: the reference client for Prometheus on Node.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What operators watch. Names and units follow Prometheus' conventions. */
export interface Meters {
  /** How long after its time a delivery went live (seconds). */
  lateness: Histogram
  /** Claims, by platform and the move they ended with; `lost` where another worker has it. One that is tried again counts again. */
  claims: Counter<'platform' | 'move'>
  overdue: Gauge
  /** For how long the oldest has been (seconds). */
  oldestOverdue: Gauge
  outboxDepth: Gauge
  /** 1 where a platform is left alone by this process. */
  breaker: Gauge<'platform'>
  messages: Counter<'surface' | 'result'>
  jobFailures: Counter<'job'>
}

export function createMeters(registry: Registry, tickAge: () => number): Meters {
  const registers = [registry]
  new Gauge({
    name: 'crier_tick_age_seconds',
    help: 'Seconds since the scheduler last ticked',
    registers,
    collect() {
      this.set(tickAge() / 1000)
    },
  })
  return {
    lateness: new Histogram({
      name: 'crier_delivery_lateness_seconds',
      help: 'Seconds between the time of a post and its delivery going live',
      buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    }),
    claims: new Counter({
      name: 'crier_deliveries_total',
      help: 'Claims of deliveries by the move they ended with; a delivery that is tried again counts again',
      labelNames: ['platform', 'move'],
      registers,
    }),
    overdue: new Gauge({
      name: 'crier_deliveries_overdue',
      help: 'Deliveries that are due and not under way',
      registers,
    }),
    oldestOverdue: new Gauge({
      name: 'crier_oldest_overdue_seconds',
      help: 'For how long the oldest of them has been due',
      registers,
    }),
    breaker: new Gauge({
      name: 'crier_platform_left_alone',
      help: '1 where a platform failed too often in a row and is left alone for a while',
      labelNames: ['platform'],
      registers,
    }),
    outboxDepth: new Gauge({ name: 'crier_outbox_depth', help: 'Messages that wait to be sent', registers }),
    messages: new Counter({
      name: 'crier_messages_total',
      help: 'Messages sent to chats',
      labelNames: ['surface', 'result'],
      registers,
    }),
    jobFailures: new Counter({
      name: 'crier_job_failures_total',
      help: 'Runs of background jobs that threw',
      labelNames: ['job'],
      registers,
    }),
  }
}
