import { button, buttons, type Message, message, text } from '../message/message.ts'

/** What is going wrong, in words, with the way to see the rest of it. */
export const alertMessage = (words: string): Message =>
  message(text(words), buttons(button('Health', 'health')))
