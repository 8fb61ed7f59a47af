import { byId, el, tool } from './dom.js'

/**
 * Furnishes the panel in which a thread opens.
 *
 * @param {HTMLElement} composer @param {() => void} close
 * @returns where its entries stand
 */
export function threadPanel(composer, close) {
  const log = el('div', {
    class: 'log',
    id: 'thread-log',
    role: 'log',
    'aria-live': 'polite',
    'aria-relevant': 'additions',
    tabindex: '0',
  })
  byId('thread').append(
    el(
      'header',
      { class: 'panel-head' },
      el('div', {}, el('h2', { id: 'thread-title' }, 'Thread')),
      tool('close', 'Close the thread', close),
    ),
    log,
    el('div', { class: 'compose' }, composer),
  )
  return log
}
